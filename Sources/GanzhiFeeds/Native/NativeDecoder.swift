import GanzhiModel

/// Reads native JSON: one reading, or an array of them.
///
/// `{"ts":1700000000123,"device":"d1","metric":"water_level","value":1.23,"unit":"m"}`, members in any order, others
/// ignored. Of a member that stands twice the last counts. Bytes that are no JSON are refused as such, whatever the
/// readings before the fault say.
struct NativeDecoder: Sendable {
    private var arena = NameArena()
    private var shapes = ShapeMemory<NativeShape>()
    /// Whether `received` counted when the shapes were learned.
    private var checkedReceived = false

    /// Decodes a payload; see ``FeedDecoder/decode(topic:contentType:payload:received:into:)``.
    ///
    /// - Complexity: O(bytes), without allocation once the batch has grown.
    mutating func decode(
        _ payload: UnsafeBufferPointer<UInt8>,
        received: Timestamp?,
        into batch: inout DecodedBatch
    ) -> DecodeOutcome {
        guard !payload.isEmpty else { return DecodeOutcome(rejection: .emptyPayload) }
        // Escapes never grow when they are decoded, so twice the payload is the most that can be added.
        guard batch.names.count + 2 * payload.count + JSONScanner.padding <= Int(UInt32.max) else {
            return DecodeOutcome(rejection: .tooLarge)
        }
        if checkedReceived != (received == nil) {
            checkedReceived = received == nil
            shapes.forget()
        }
        let place = arena.begin(payload, in: &batch.names)
        var stated: Timestamp?
        if decodeLearned(from: place, payload.count, batch.names, &stated, into: &batch.readings) {
            return DecodeOutcome(received: stated)
        }
        return decodeAny(from: place, payload.count, into: &batch)
    }

    /// Decodes a payload that is one reading of a learned shape; leaves any other as it is.
    @inline(__always)
    private mutating func decodeLearned(
        from place: Int,
        _ count: Int,
        _ names: [UInt8],
        _ received: inout Timestamp?,
        into readings: inout [DecodedReading]
    ) -> Bool {
        names.withUnsafeBufferPointer { names in
            guard let start = names.baseAddress else { return false }
            arena.locate(names)
            var scanner = JSONScanner(padded: start + place, count: count)
            scanner.skipSpace()
            guard scanner.next == 0x7B, readLearned(&scanner, &received, into: &readings) else { return false }
            scanner.skipSpace()
            if scanner.cursor == scanner.end { return true }
            readings.removeLast()
            return false
        }
    }

    /// Decodes any payload; takes it away where it is refused.
    @inline(never)
    private mutating func decodeAny(from place: Int, _ count: Int, into batch: inout DecodedBatch) -> DecodeOutcome {
        let readingCount = batch.readings.count
        let outcome = decodeAny(from: place, count, batch.names, into: &batch.readings)
        arena.commit(to: &batch.names)
        if outcome.rejection != nil { batch.truncate(readings: readingCount, names: place) }
        return outcome
    }

    private mutating func decodeAny(
        from place: Int,
        _ count: Int,
        _ names: [UInt8],
        into readings: inout [DecodedReading]
    ) -> DecodeOutcome {
        names.withUnsafeBufferPointer { names in
            guard let start = names.baseAddress else { return DecodeOutcome(rejection: .emptyPayload) }
            arena.locate(names)
            var scanner = JSONScanner(padded: start + place, count: count)
            var outcome = DecodeOutcome()
            do throws(JSONFault) {
                try decode(&scanner, &outcome, into: &readings)
            } catch {
                outcome = DecodeOutcome(rejection: error.rejection(at: scanner.offset))
            }
            return outcome
        }
    }

    @inline(__always)
    private mutating func decode(
        _ scanner: inout JSONScanner,
        _ outcome: inout DecodeOutcome,
        into readings: inout [DecodedReading]
    ) throws(JSONFault) {
        scanner.skipSpace()
        switch scanner.next {
        case 0x7B: try decodeRecord(&scanner, index: nil, &outcome, into: &readings)
        case 0x5B: try decodeArray(&scanner, &outcome, into: &readings)
        default:
            try scanner.skipValue(depth: 0)
            outcome.rejection = Rejection(
                "not-object",
                detail: "A payload is a reading, a JSON object, or an array of them; this is neither."
            )
        }
        try scanner.finish()
    }

    private mutating func decodeArray(
        _ scanner: inout JSONScanner,
        _ outcome: inout DecodeOutcome,
        into readings: inout [DecodedReading]
    ) throws(JSONFault) {
        scanner.cursor += 1
        scanner.skipSpace()
        if scanner.take(0x5D) {
            outcome.rejection = Rejection("empty-pack", detail: "The array is empty; send at least one reading.")
            return
        }
        var index = 0
        repeat {
            if scanner.next == 0x7B {
                if !readLearned(&scanner, &outcome.received, into: &readings) {
                    try decodeRecord(&scanner, index: index, &outcome, into: &readings)
                }
            } else {
                try scanner.skipValue(depth: 1)
                outcome.rejection =
                    outcome.rejection
                    ?? Rejection(
                        "record-not-object",
                        index: index,
                        detail: "Each element of the array must be a JSON object."
                    )
            }
            index += 1
        } while try scanner.moreElements(close: 0x5D)
    }

    /// Reads an object of a learned shape and adds its reading; leaves any other as it is.
    @inline(__always)
    private mutating func readLearned(
        _ scanner: inout JSONScanner,
        _ received: inout Timestamp?,
        into readings: inout [DecodedReading]
    ) -> Bool {
        let (place, checksReceived) = (arena.payload, checkedReceived)
        return shapes.read(&scanner) { shape, scanner in
            // Read into the place where it will stay, as a reading is large to copy.
            var isRead = false
            readings.append(addingCapacity: 1) { span in
                span.withUnsafeMutableBufferPointer { room, count in
                    guard let reading = room.baseAddress else { return }
                    isRead = NativeShape.read(
                        &scanner,
                        by: shape,
                        place,
                        checksReceived: checksReceived,
                        reading,
                        received: &received
                    )
                    guard isRead else { return }
                    count = 1
                }
            }
            return isRead
        }
    }

    /// Reads any object and adds its reading, or notes why there is none.
    @inline(never)
    private mutating func decodeRecord(
        _ cursor: inout JSONScanner,
        index: Int?,
        _ outcome: inout DecodeOutcome,
        into readings: inout [DecodedReading]
    ) throws(JSONFault) {
        // A scanner of its own stays in registers.
        var scanner = cursor
        defer { cursor = scanner }
        let start = scanner.cursor
        let record = try NativeRecord(&scanner, depth: index == nil ? 0 : 1)
        do throws(Rejection) {
            if checkedReceived, let received = try Self.time(record.received, member: "received", index) {
                outcome.received = max(received, outcome.received ?? received)
            }
            let reading = try reading(record, index)
            readings.append(reading)
            // A shape has no names that are made, as those with escapes are.
            if shapes.wantsLesson, !arena.hasMade { shapes.learn(NativeShape(scanner, from: start, reading: reading)) }
        } catch {
            outcome.rejection = outcome.rejection ?? error
        }
    }

    @inline(__always)
    private mutating func reading(_ record: NativeRecord, _ index: Int?) throws(Rejection) -> DecodedReading {
        let device = try name(record.device, member: "device", index)
        guard device.length > 0 else {
            throw Rejection("no-device", index: index, detail: "`device` must say who measured.")
        }
        let metric = try name(record.metric, member: "metric", index)
        guard metric.length > 0 else {
            throw Rejection("no-metric", index: index, detail: "`metric` must say what was measured.")
        }
        var reading = DecodedReading(device: device, metric: metric, time: .never, value: 0)
        reading.unit = try name(record.unit, member: "unit", index)
        if let time = try Self.time(record.time, member: "ts", index) {
            reading.time = time
        } else {
            reading.flags = .arrivalTime
        }
        switch record.value {
        case .number(let number):
            guard number.isFinite else { throw .nonFinite(member: "value", index) }
            reading.value = number
        case .bool(let truth):
            reading.kind = .bool
            reading.value = truth ? 1 : 0
        case .text(let text):
            reading.kind = .text
            reading.text = arena.reference(text)
        case .absent:
            throw Rejection(
                "no-value",
                index: index,
                detail: "`value` is missing or null; leave out readings without a value."
            )
        case .wrongType:
            throw Rejection(
                "wrong-type",
                index: index,
                detail: "`value` must be a number, true, false or a string."
            )
        }
        return reading
    }

    @inline(__always)
    private mutating func name(
        _ name: NativeRecord.Name,
        member: StaticString,
        _ index: Int?
    ) throws(Rejection) -> NameRef {
        switch name {
        case .absent: return .none
        case .text(let text):
            let reference = arena.reference(text)
            guard reference.length <= NameArena.maximumName else { throw .nameTooLong(member: member, index) }
            return reference
        case .wrongType:
            throw Rejection("wrong-type", index: index, detail: "`\(member)` must be a JSON string.")
        }
    }

    @inline(__always)
    private static func time(
        _ time: NativeRecord.Time,
        member: StaticString,
        _ index: Int?
    ) throws(Rejection) -> Timestamp? {
        switch time {
        case .absent: return nil
        case .at(let time): return time
        case .wrongType:
            throw Rejection(
                "wrong-type",
                index: index,
                detail: "`\(member)` must be Unix milliseconds or an RFC 3339 string."
            )
        case .implausible:
            throw Rejection(
                "bad-time",
                index: index,
                detail: "`\(member)` is no time of the years 1 to 9999, in Unix milliseconds or RFC 3339."
            )
        }
    }
}
