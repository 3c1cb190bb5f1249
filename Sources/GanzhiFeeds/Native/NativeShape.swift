import GanzhiModel

/// A learned shape of native readings.
struct NativeShape: LearnedShape {
    // First, so that it is where the whole is.
    private let shape: Shape
    /// Flags, kind and truth value, which are the same for all of them.
    private var template: DecodedReading
    private let hasNumber: Bool
    private let hasTime: Bool

    /// Learns the shape of a record that was read in the general way.
    init?(_ scanner: JSONScanner, from start: UnsafePointer<UInt8>, reading: DecodedReading) {
        guard let shape = Shape(scanner, from: start, field: { NativeMember(rawValue: $0)?.field }) else { return nil }
        self.shape = shape
        template = reading
        template.unit = .none
        hasNumber = reading.kind == .number
        hasTime = !reading.flags.contains(.arrivalTime)
    }

    func deallocate() { shape.deallocate() }

    /// Reads a record, brace at the cursor; false where it is of another shape, or takes a closer look.
    ///
    /// - Parameters:
    ///   - learned: The shape.
    ///   - place: Where names are in the batch.
    ///   - checksReceived: Whether `received` counts.
    ///   - reading: Takes the reading.
    ///   - received: Takes what the record says about its arrival, if that is later.
    @inline(never)
    static func read(
        _ scanner: inout JSONScanner,
        by learned: UnsafePointer<NativeShape>,
        _ place: NameArena.Place,
        checksReceived: Bool,
        _ reading: UnsafeMutablePointer<DecodedReading>,
        received: inout Timestamp?
    ) -> Bool {
        Shape.withValues { values in
            let shape = UnsafeRawPointer(learned).assumingMemoryBound(to: Shape.self)
            guard let fields = Shape.read(&scanner, by: shape, into: values) else { return false }
            // From place to place: read from registers right after it was written there, memory waits.
            let template =
                UnsafeRawPointer(learned) + MemoryLayout<NativeShape>.offset(of: \.template).unsafelyUnwrapped
            reading.initialize(from: template.assumingMemoryBound(to: DecodedReading.self), count: 1)
            let device = values.texts[NativeMember.device.number]
            let metric = values.texts[NativeMember.metric.number]
            guard device.isPlainName, device.count > 0, metric.isPlainName, metric.count > 0 else { return false }
            reading.pointee.device = place.reference(device)
            reading.pointee.metric = place.reference(metric)
            if fields & NativeMember.unit.field.bit != 0 {
                let unit = values.texts[NativeMember.unit.number]
                guard unit.isPlainName else { return false }
                reading.pointee.unit = place.reference(unit)
            }
            if learned.pointee.hasNumber {
                reading.pointee.value = values.numbers[NativeMember.value.number].value
                guard reading.pointee.value.isFinite else { return false }
            } else if learned.pointee.shape.isText(NativeMember.value.field) {
                let text = values.texts[NativeMember.value.number]
                guard !text.hasEscapes else { return false }
                reading.pointee.text = place.reference(text)
            }
            if learned.pointee.hasTime {
                guard let time = learned.pointee.time(.ts, values) else { return false }
                reading.pointee.time = time
            }
            guard checksReceived, fields & NativeMember.received.field.bit != 0 else { return true }
            guard let stated = learned.pointee.time(.received, values) else { return false }
            received = max(stated, received ?? stated)
            return true
        }
    }

    @inline(__always)
    private func time(_ member: NativeMember, _ values: Shape.Values) -> Timestamp? {
        if shape.isText(member.field) { return Timestamp(rfc3339: values.texts[member.number]) }
        return Timestamp(milliseconds: values.numbers[member.number])
    }
}

extension NativeMember {
    /// The member's number among the values of a shape.
    @inline(__always) fileprivate var number: Int {
        switch self {
        case .ts: 1
        case .device: 2
        case .metric: 3
        case .value: 4
        case .unit: 5
        case .received: 6
        }
    }

    @inline(__always) fileprivate var field: ShapeField {
        ShapeField(number: UInt8(number), isRequired: self != .unit && self != .received)
    }
}

extension JSONText {
    /// Whether it can be a name, or none, as it stands there.
    @inline(__always) fileprivate var isPlainName: Bool { !hasEscapes && count <= NameArena.maximumName }
}
