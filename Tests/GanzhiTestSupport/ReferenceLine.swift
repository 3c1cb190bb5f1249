import Foundation

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

    /// The line as somebody wrote it, if somebody did.
    private var written: String?

    /// Creates a line.
    public init(_ content: Content) { self.content = content }

    /// Reads a line as it stands in a file of native readings.
    ///
    /// Only what the reference understands may stand there: an array with a member that is no reading may not.
    public init(written line: String) {
        written = line
        let json = try? JSONSerialization.jsonObject(with: Data(line.utf8))
        switch json {
        case let members as [String: Any]:
            content = Item(members).map(Content.reading) ?? .nameless(received: Item.time(members["received"]))
        case let list as [[String: Any]]:
            content = .array(list.map { Item($0)! })
        default: content = .garbage
        }
    }

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
        if let written { return written }
        return switch content {
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

extension ReferenceLine.Item {
    /// Reads a native reading; `nil` without a device.
    fileprivate init?(_ members: [String: Any]) {
        guard let device = members["device"] as? String, let metric = members["metric"] as? String else { return nil }
        self.init(
            time: Self.time(members["ts"]),
            received: Self.time(members["received"]),
            device: device,
            metric: metric,
            value: members["value"] as? Double,
            unit: members["unit"] as? String
        )
    }

    /// Milliseconds of a number, or of a date and time.
    fileprivate static func time(_ value: Any?) -> Int64? {
        guard let text = value as? String else { return (value as? NSNumber)?.int64Value }
        return milliseconds(ofDate: text)
    }
}

/// Milliseconds of a date and time such as `2026-03-08T06:30:00-05:00`, or `nil`.
public func milliseconds(ofDate text: String) -> Int64? {
    ISO8601DateFormatter().date(from: text).map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
}
