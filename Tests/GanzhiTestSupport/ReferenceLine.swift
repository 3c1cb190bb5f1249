/// One line of a plain file, as a value: the reference reads the value, the engine reads its ``text``.
public struct ReferenceLine: Sendable {
    /// One native reading.
    public struct Item: Sendable {
        /// Event time in milliseconds; absent where the device has no clock.
        public var time: Int64?
        /// When it says it was received, in milliseconds.
        public var received: Int64?
        /// Who measured.
        public var device: String
        /// What was measured.
        public var metric: String
        /// The value; `nil` stands for a text, which is no number and refused by itself.
        public var value: Double?
        /// The unit as sent, `m` or `cm`; `nil` where none is.
        public var unit: String?

        /// Creates a reading.
        public init(
            time: Int64?,
            received: Int64? = nil,
            device: String = "d1",
            metric: String = "water_level",
            value: Double?,
            unit: String? = nil
        ) {
            self.time = time
            self.received = received
            self.device = device
            self.metric = metric
            self.value = value
            self.unit = unit
        }
    }

    /// What the line holds.
    public enum Content: Sendable {
        /// One reading.
        case reading(Item)
        /// An array of readings.
        case array([Item])
        /// Bytes that are no JSON.
        case garbage
        /// A well-formed reading without a device, which is refused, but says when it was received.
        case nameless(received: Int64?)
    }

    /// What the line holds.
    public var content: Content

    /// Creates a line.
    public init(_ content: Content) { self.content = content }

    /// Creates a line of one reading.
    public init(
        _ time: Int64?,
        _ value: Double?,
        device: String = "d1",
        metric: String = "water_level",
        received: Int64? = nil
    ) {
        content = .reading(Item(time: time, received: received, device: device, metric: metric, value: value))
    }

    /// The line as it stands in a file.
    public var text: String {
        switch content {
        case .reading(let item): Self.text(item)
        case .array(let items): "[\(items.map(Self.text).joined(separator: ","))]"
        case .garbage: #"{"ts":"#
        case .nameless(let received): #"{"ts":1,"value":1\#(received.map { #","received":\#($0)"# } ?? "")}"#
        }
    }

    private static func text(_ item: Item) -> String {
        var members = [#""device":"\#(item.device)""#, #""metric":"\#(item.metric)""#]
        if let time = item.time { members.append(#""ts":\#(time)"#) }
        members.append(item.value.map { #""value":\#($0)"# } ?? #""value":"broken""#)
        if let unit = item.unit { members.append(#""unit":"\#(unit)""#) }
        if let received = item.received { members.append(#""received":\#(received)"#) }
        return "{\(members.joined(separator: ","))}"
    }
}
