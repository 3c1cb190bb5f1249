import GanzhiModel

/// Reads native JSON: one reading, or an array of them.
///
/// `{"ts":1700000000123,"device":"d1","metric":"water_level","value":1.23,"unit":"m"}`, members in any order, others
/// ignored. Of a member that stands twice the last counts. Bytes that are no JSON are refused as such, whatever the
/// readings before the fault say.
struct NativeDecoder: Sendable {
    private var arena = NameArena()

    /// Decodes a payload; see ``FeedDecoder/decode(topic:contentType:payload:received:into:)``.
    ///
    /// - Complexity: O(bytes), without allocation once the batch has grown.
    mutating func decode(
        _ payload: UnsafeBufferPointer<UInt8>,
        received: Timestamp?,
        into batch: inout DecodedBatch
    ) -> DecodeOutcome {
        guard var scanner = JSONScanner(payload) else { return DecodeOutcome(rejection: .emptyPayload) }
        // Escapes never grow when they are decoded, so twice the payload is the most that can be added.
        guard batch.names.count + 2 * payload.count <= Int(UInt32.max) else {
            return DecodeOutcome(rejection: .tooLarge)
        }
        let readingCount = batch.readings.count
        arena.begin(payload, after: batch.names.count)
        var pass = Pass(checksReceived: received == nil)
        do throws(JSONFault) {
            try decode(&scanner, pass: &pass, into: &batch)
        } catch {
            batch.truncate(readings: readingCount, names: batch.names.count)
            return DecodeOutcome(rejection: error.rejection(at: scanner.offset))
        }
        if pass.rejection == nil {
            arena.commit(payload, to: &batch)
        } else {
            batch.truncate(readings: readingCount, names: batch.names.count)
        }
        return DecodeOutcome(rejection: pass.rejection, received: pass.received)
    }

    /// What has been found out about a payload.
    private struct Pass {
        /// Whether `received` counts, as in plain files; elsewhere it is a member like any other.
        let checksReceived: Bool
        var rejection: Rejection?
        var received: Timestamp?
    }

    @inline(__always)
    private mutating func decode(
        _ scanner: inout JSONScanner,
        pass: inout Pass,
        into batch: inout DecodedBatch
    ) throws(JSONFault) {
        scanner.skipSpace()
        switch scanner.next {
        case 0x7B:
            let record = try NativeRecord(&scanner, depth: 0)
            take(record, index: nil, pass: &pass, into: &batch)
        case 0x5B: try decodeArray(&scanner, pass: &pass, into: &batch)
        default:
            try scanner.skipValue(depth: 0)
            pass.rejection = Rejection(
                "not-object",
                detail: "A payload is a reading, a JSON object, or an array of them; this is neither."
            )
        }
        try scanner.finish()
    }

    private mutating func decodeArray(
        _ scanner: inout JSONScanner,
        pass: inout Pass,
        into batch: inout DecodedBatch
    ) throws(JSONFault) {
        scanner.cursor += 1
        scanner.skipSpace()
        if scanner.take(0x5D) {
            pass.rejection = Rejection("empty-pack", detail: "The array is empty; send at least one reading.")
            return
        }
        var index = 0
        repeat {
            if scanner.next == 0x7B {
                let record = try NativeRecord(&scanner, depth: 1)
                take(record, index: index, pass: &pass, into: &batch)
            } else {
                try scanner.skipValue(depth: 1)
                pass.rejection =
                    pass.rejection
                    ?? Rejection(
                        "record-not-object",
                        index: index,
                        detail: "Each element of the array must be a JSON object."
                    )
            }
            index += 1
        } while try scanner.moreElements(close: 0x5D)
    }

    /// Adds the reading of a record, or notes why there is none.
    @inline(__always)
    private mutating func take(
        _ record: NativeRecord,
        index: Int?,
        pass: inout Pass,
        into batch: inout DecodedBatch
    ) {
        do throws(Rejection) {
            if pass.checksReceived, let received = try Self.time(record.received, member: "received", index) {
                pass.received = max(received, pass.received ?? received)
            }
            batch.readings.append(try reading(record, index))
        } catch {
            pass.rejection = pass.rejection ?? error
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
