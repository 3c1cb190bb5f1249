import GanzhiModel

/// Reads JSON by a ``JSONMapping``.
///
/// Clear rather than fast: the payload becomes a tree first. `null` counts as absent everywhere.
struct MappedDecoder: Sendable {
    let mapping: JSONMapping

    /// Decodes a payload; see ``FeedDecoder/decode(topic:contentType:payload:received:into:)``.
    ///
    /// - Complexity: O(bytes); allocates.
    func decode(
        _ payload: UnsafeBufferPointer<UInt8>,
        topic: String,
        received: Timestamp?,
        into batch: inout DecodedBatch
    ) -> DecodeOutcome {
        JSONScanner.scan(payload) { decode(&$0, topic: topic, received: received, into: &batch) }
    }

    private func decode(
        _ scanner: inout JSONScanner,
        topic: String,
        received: Timestamp?,
        into batch: inout DecodedBatch
    ) -> DecodeOutcome {
        let root: JSONTree
        do throws(JSONFault) {
            scanner.skipSpace()
            root = try JSONTree(&scanner)
            try scanner.finish()
        } catch {
            return DecodeOutcome(rejection: error.rejection(at: scanner.offset))
        }
        var outcome = DecodeOutcome(received: received == nil ? Self.received(root) : nil)
        let (readingCount, nameCount) = (batch.readings.count, batch.names.count)
        do throws(Rejection) {
            try decode(root, levels: topic.split(separator: "/", omittingEmptySubsequences: false), into: &batch)
        } catch {
            outcome.rejection = error
            batch.truncate(readings: readingCount, names: nameCount)
        }
        return outcome
    }

    /// The greatest `received` that the root, or the elements of a root array, state in milliseconds or RFC 3339.
    private static func received(_ root: JSONTree) -> Timestamp? {
        let items = if case .array(let elements) = root { elements } else { [root] }
        return items.compactMap { item in
            guard case .object(let members) = item else { return nil }
            switch members["received"] {
            case .number(let number)?: return time(number.scaled(by: 1000))
            case .string(let text)?: return Timestamp(rfc3339: text)
            default: return nil
            }
        }.max()
    }

    private func decode(
        _ root: JSONTree,
        levels: [Substring],
        into batch: inout DecodedBatch
    ) throws(Rejection) {
        guard let target = mapping.records.map({ $0.value(in: root) }) ?? root else {
            throw Rejection("no-records", detail: "`records: \(mapping.records?.text ?? "")` leads nowhere here.")
        }
        guard case .array(let records) = target else {
            guard case .object = target else {
                throw Rejection("not-object", detail: "The records must be an array, or a single object.")
            }
            return try append(MappedRecord(record: target, root: root, levels: levels, index: nil), to: &batch)
        }
        guard !records.isEmpty else {
            throw Rejection("empty-pack", detail: "The array of records is empty; send at least one.")
        }
        for (index, record) in records.enumerated() {
            try append(MappedRecord(record: record, root: root, levels: levels, index: index), to: &batch)
        }
    }

    private func append(_ record: MappedRecord, to batch: inout DecodedBatch) throws(Rejection) {
        if mapping.skipWithoutValue, record.find(mapping.value) == nil { return }
        let device = try name(mapping.device, of: record, field: "device", in: &batch)
        guard device.length > 0 else { throw record.rejection("no-device", "`device: \(mapping.device)` finds none.") }
        let metric = try name(mapping.metric, of: record, field: "metric", in: &batch)
        guard metric.length > 0 else { throw record.rejection("no-metric", "`metric: \(mapping.metric)` finds none.") }
        var reading = DecodedReading(device: device, metric: metric, time: .never, value: 0)
        if let unit = mapping.unit { reading.unit = try name(unit, of: record, field: "unit", in: &batch) }
        if let source = mapping.time, let time = record.find(source) {
            reading.time = try self.time(time, of: record)
        } else {
            reading.flags = .arrivalTime
        }
        try takeValue(of: record, into: &reading, &batch)
        guard batch.names.count <= Int(UInt32.max) else { throw .tooLarge }
        batch.readings.append(reading)
    }

    private func name(
        _ source: JSONSource,
        of record: MappedRecord,
        field: StaticString,
        in batch: inout DecodedBatch
    ) throws(Rejection) -> NameRef {
        var text: String
        switch record.find(source) {
        case nil: return .none
        case .string(let found)?: text = found
        case .number(let number)?: text = String(decoding: number.text, as: UTF8.self)
        default: throw record.rejection("wrong-type", "`\(field): \(source)` finds what is neither text nor a number.")
        }
        guard text.utf8.count <= NameArena.maximumName else { throw .nameTooLong(member: field, record.index) }
        return text.withUTF8 { batch.append(name: UnsafeRawBufferPointer($0)) }
    }

    private func takeValue(
        of record: MappedRecord,
        into reading: inout DecodedReading,
        _ batch: inout DecodedBatch
    ) throws(Rejection) {
        switch record.find(mapping.value) {
        case nil: throw record.rejection("no-value", "`value: \(mapping.value)` finds none; see `skip-without-value`.")
        case .bool(let truth)?:
            reading.kind = .bool
            reading.value = truth ? 1 : 0
        case .string(var text)? where !mapping.textNumbers:
            reading.kind = .text
            reading.text = text.withUTF8 { batch.append(name: UnsafeRawBufferPointer($0)) }
        case let found?:
            guard let value = withNumber(found, { $0.value }) else {
                throw record.rejection("wrong-type", "`value: \(mapping.value)` finds what is no value.")
            }
            guard value.isFinite else { throw .nonFinite(member: "value", record.index) }
            reading.value = value
        }
    }

    private func time(_ found: JSONTree, of record: MappedRecord) throws(Rejection) -> Timestamp {
        let unit: Int64
        switch mapping.timeFormat {
        case .rfc3339:
            guard case .string(let text) = found else {
                throw record.rejection("wrong-type", "A time must be an RFC 3339 string.")
            }
            guard let time = Timestamp(rfc3339: text) else {
                throw record.rejection("bad-time", "The time is not RFC 3339 of the years 1 to 9999.")
            }
            return time
        case .microseconds: unit = 1
        case .milliseconds: unit = 1000
        case .seconds: unit = 1_000_000
        }
        guard let microseconds = withNumber(found, { $0.scaled(by: unit) }) else {
            throw record.rejection("wrong-type", "A time must be a number; see `text-numbers` and `time-format`.")
        }
        guard let time = Self.time(microseconds) else {
            throw record.rejection("bad-time", "The time is none of the years 1 to 9999; see `time-format`.")
        }
        return time
    }

    private static func time(_ microseconds: Int64?) -> Timestamp? {
        guard let time = microseconds.map(Timestamp.init(microseconds:)), time.isPlausible else { return nil }
        return time
    }

    /// What `body` makes of a number, also of one written as text where the mapping allows that; `nil` for others.
    private func withNumber<Result>(_ found: JSONTree, _ body: (JSONNumber) -> Result) -> Result? {
        switch found {
        case .number(let number): return body(number)
        case .string(var text) where mapping.textNumbers:
            return text.withUTF8 { bytes in
                JSONScanner.scan(bytes) { scanner in
                    guard let number = try? scanner.number(), (try? scanner.finish()) != nil else { return nil }
                    return body(number)
                }
            }
        default: return nil
        }
    }
}

/// One record, with what its sources may refer to.
private struct MappedRecord {
    let record: JSONTree
    let root: JSONTree
    let levels: [Substring]
    let index: Int?

    /// What a source leads to; `nil` where there is nothing, or `null`.
    func find(_ source: JSONSource) -> JSONTree? {
        let found: JSONTree? =
            switch source {
            case .record(let pointer): pointer.value(in: record)
            case .root(let pointer): pointer.value(in: root)
            case .topic(let level): level <= levels.count ? .string(String(levels[level - 1])) : nil
            case .constant(let text): .string(text)
            }
        if case .null? = found { return nil }
        return found
    }

    func rejection(_ reason: String, _ detail: String) -> Rejection { Rejection(reason, index: index, detail: detail) }
}
