import GanzhiModel

/// Reads SenML packs in JSON (RFC 8428, units of RFC 8798, versions of RFC 9100).
///
/// Of a label that stands twice in a record the last counts. Bytes that are no JSON are refused as such, whatever the
/// records before the fault say.
struct SenMLDecoder: Sendable {
    /// The version of a pack that names none.
    private static let defaultVersion = 10.0
    /// The version with the feature bit for secondary units (RFC 9100).
    private static let secondaryUnitsVersion = 26.0

    private var arena = NameArena()
    private var names = SenMLNameCache()
    private var shapes = ShapeMemory<SenMLShape>()
    private var order = TimeOrder()

    /// Decodes a pack; see ``FeedDecoder/decode(topic:contentType:payload:received:into:)``.
    ///
    /// - Complexity: O(bytes) for packs in time order, and *n* log *n* in the records of others, without allocation
    ///   once the batch has grown.
    mutating func decode(
        _ payload: UnsafeBufferPointer<UInt8>,
        topic: String,
        received: Timestamp?,
        into batch: inout DecodedBatch
    ) -> DecodeOutcome {
        guard !payload.isEmpty else { return DecodeOutcome(rejection: .emptyPayload) }
        let readingCount = batch.readings.count
        // Taken out of the batch as long as they are read.
        var texts: [UInt8] = []
        swap(&texts, &batch.names)
        let place = arena.begin(payload, in: &texts)
        names.reset()
        let rejection: Rejection? = texts.withUnsafeBufferPointer { texts in
            guard let start = texts.baseAddress else { return nil }
            arena.locate(texts)
            var scanner = JSONScanner(padded: start + place, count: payload.count)
            var pack = SenMLPack(start: start + place, topic: topic, received: received)
            do throws(JSONFault) {
                try decode(&scanner, pack: &pack, into: &batch)
            } catch {
                pack.rejection = error.rejection(at: scanner.offset)
            }
            return pack.rejection
        }
        arena.commit(to: &texts)
        swap(&texts, &batch.names)
        if rejection == nil {
            order.sort(&batch.readings, from: readingCount)
        } else {
            batch.truncate(readings: readingCount, names: place)
        }
        return DecodeOutcome(rejection: rejection)
    }

    private mutating func decode(
        _ scanner: inout JSONScanner,
        pack: inout SenMLPack,
        into batch: inout DecodedBatch
    ) throws(JSONFault) {
        scanner.skipSpace()
        guard scanner.take(0x5B) else {
            let hasRecords = try Self.skipRoot(&scanner)
            pack.rejection = .notArray(hasRecords: hasRecords)
            return
        }
        scanner.skipSpace()
        if scanner.take(0x5D) {
            try scanner.finish()
            pack.rejection = Rejection("empty-pack", detail: "The pack is empty; send at least one pack.record.")
            return
        }
        var index = 0
        repeat {
            try decodeElement(&scanner, index, pack: &pack, into: &batch)
            index += 1
        } while try scanner.moreElements(close: 0x5D)
        try scanner.finish()
    }

    /// Reads an element of the pack, or only checks it once the pack is refused.
    @inline(__always)
    private mutating func decodeElement(
        _ scanner: inout JSONScanner,
        _ index: Int,
        pack: inout SenMLPack,
        into batch: inout DecodedBatch
    ) throws(JSONFault) {
        guard pack.rejection == nil, scanner.next == 0x7B else {
            if pack.rejection == nil {
                pack.rejection = Rejection(
                    "record-not-object",
                    index: index,
                    detail: "Each element of a SenML pack must be a JSON object."
                )
            }
            return try scanner.skipValue(depth: 1)
        }
        let start = scanner.cursor
        let isLearned = shapes.read(&scanner) { shape, scanner in
            SenMLShape.read(&scanner, by: shape, into: &pack.record)
        }
        if !isLearned { try pack.record.read(&scanner) }
        do throws(Rejection) {
            try resolve(index, scanner: scanner, pack: &pack, into: &batch)
            if !isLearned, shapes.wantsLesson { shapes.learn(SenMLShape(scanner, from: start, record: pack.record)) }
        } catch {
            pack.rejection = error
        }
    }

    /// Checks a text that is no array; tells whether it is an object with the records under `e`, as drafts had it.
    private static func skipRoot(_ scanner: inout JSONScanner) throws(JSONFault) -> Bool {
        var hasRecords = false
        if scanner.take(0x7B) {
            scanner.skipSpace()
            if !scanner.take(0x7D) {
                repeat {
                    hasRecords = try scanner.memberName().packed == 0x65 || hasRecords
                    try scanner.skipValue(depth: 1)
                } while try scanner.moreElements(close: 0x7D)
            }
        } else {
            try scanner.skipValue(depth: 0)
        }
        try scanner.finish()
        return hasRecords
    }

    /// Resolves a record, in the order of RFC 8428, section 4.
    @inline(__always)
    private mutating func resolve(
        _ index: Int,
        scanner: JSONScanner,
        pack: inout SenMLPack,
        into batch: inout DecodedBatch
    ) throws(Rejection) {
        if !pack.record.wrongType.isEmpty || !pack.record.nonFinite.isEmpty || pack.record.mustUnderstand {
            throw Self.unreadable(pack.record, index)
        }
        try Self.checkVersion(index, pack: &pack)
        if !pack.record.present.isDisjoint(with: .base) { rebase(pack: &pack) }
        guard !pack.record.present.isSubset(of: .base) else {
            if pack.record.present.isEmpty {
                throw Rejection("no-value", index: index, detail: "The record says nothing; leave it out.")
            }
            return
        }
        try resolveName(index, scanner: scanner, pack: &pack)
        var reading = DecodedReading(device: pack.name.device, metric: pack.name.metric, time: .never, value: 0)
        reading.name = pack.name.whole
        try resolveTime(index, pack: &pack, into: &reading)
        try resolveValue(index, pack: &pack, into: &reading)
        if pack.record.present.contains(.u) {
            try resolveUnit(pack.record.u, index, scanner: scanner, pack: &pack, into: &reading)
        } else if let unit = pack.baseUnit {
            try resolveUnit(unit, index, scanner: scanner, pack: &pack, into: &reading)
        }
        guard !arena.isFull else { throw .tooLarge }
        batch.readings.append(reading)
    }

    private static func unreadable(_ record: SenMLRecord, _ index: Int) -> Rejection {
        if !record.wrongType.isEmpty {
            return Rejection(
                "wrong-type",
                index: index,
                detail:
                    "\(record.wrongType) has the wrong JSON type: bn, bu, n, u, vs and vd are strings, vb is true or "
                    + "false, all others are numbers."
            )
        }
        if !record.nonFinite.isEmpty {
            return Rejection(
                "non-finite",
                index: index,
                detail: "\(record.nonFinite) is beyond ±1.8e308 and would be infinite; send a finite number."
            )
        }
        return Rejection(
            "must-understand",
            index: index,
            detail: "A label that ends in `_` must be understood, and this one is not; send the pack without it."
        )
    }

    private static func checkVersion(
        _ index: Int,
        pack: inout SenMLPack
    ) throws(Rejection) {
        guard pack.record.present.contains(.bver) else {
            if index == 0 { pack.version = defaultVersion }
            return
        }
        let version = pack.record.bver
        guard version >= 1, version == version.rounded() else {
            throw Rejection(
                "bad-version",
                index: index,
                detail: "`bver` is \(version); versions are whole and above 0."
            )
        }
        guard version <= defaultVersion || version == secondaryUnitsVersion else {
            throw Rejection(
                "unsupported-version",
                index: index,
                detail: "`bver` is \(version); versions up to 10 and 26 (secondary units) are understood."
            )
        }
        guard index == 0 || version == pack.version else {
            throw Rejection(
                "version-mismatch",
                index: index,
                detail: "`bver` is \(version) here and \(pack.version) before; a pack has one version, from its first "
                    + "record on (10 where that names none)."
            )
        }
        pack.version = version
    }

    /// Takes over the base fields of a record; they hold from this record on, also when 0 or "".
    private mutating func rebase(pack: inout SenMLPack) {
        if pack.record.present.contains(.bn) {
            pack.baseName = SenMLPack.BaseName(pack.record.bn)
            names.reset()
        }
        if pack.record.present.contains(.bt) { pack.baseTime = pack.record.bt }
        if pack.record.present.contains(.bu) { pack.baseUnit = pack.record.bu }
        if pack.record.present.contains(.bv) { pack.baseValue = pack.record.bv }
        if pack.record.present.contains(.bs) { pack.baseSum = pack.record.bs }
    }

    /// Resolves the name and splits it, unless that was done before.
    @inline(__always)
    private mutating func resolveName(
        _ index: Int,
        scanner: JSONScanner,
        pack: inout SenMLPack
    ) throws(Rejection) {
        let suffix = pack.record.n
        guard !suffix.hasEscapes else { return try resolveNewName(suffix, index, pack: &pack) }
        let prefix = scanner.prefix(suffix)
        if let name = names.name(of: suffix, prefix: prefix, in: arena) {
            pack.name = name
            return
        }
        try resolveNewName(suffix, index, pack: &pack)
        names.insert(pack.name, of: suffix, prefix: prefix)
    }

    private mutating func resolveNewName(_ suffix: JSONText, _ index: Int, pack: inout SenMLPack) throws(Rejection) {
        let place = arena.nextPlace
        arena.append(pack.baseName.text)
        let suffixPlace = arena.nextPlace
        arena.append(suffix)
        let whole = arena.reference(from: place)
        guard whole.length > 0 else {
            throw Rejection("empty-name", index: index, detail: "The record has neither `n` nor a base name.")
        }
        let isAllowed = arena.withMade(from: suffixPlace) { $0.allSatisfy(SenMLName.isAllowed) }
        guard isAllowed, pack.baseName.isAllowed, SenMLName.mayBegin(arena.byte(at: place)) else {
            throw Rejection(
                "bad-name",
                index: index,
                detail: "The name may hold only A-Z a-z 0-9 - : . / _ and begins with a letter or digit."
            )
        }
        guard whole.length <= NameArena.maximumName else { throw .nameTooLong(member: "n", index) }
        let split: SenMLName
        if let end = pack.baseName.deviceCount {
            split = SenMLName(deviceCount: end, metricStart: end + 1 < Int(whole.length) ? end + 1 : nil)
        } else {
            split = arena.withMade(from: place) { SenMLName($0) }
        }
        pack.name.whole = whole
        try takeParts(split, whole, index, pack: &pack)
    }

    /// Turns the parts of a split name into references.
    private mutating func takeParts(
        _ split: SenMLName,
        _ whole: NameRef,
        _ index: Int,
        pack: inout SenMLPack
    ) throws(Rejection) {
        if let count = split.deviceCount {
            pack.name.device = NameRef(offset: whole.offset, length: UInt32(count))
        } else {
            pack.name.device = try topicDevice(index, pack: &pack)
        }
        if let start = split.metricStart {
            let length = Int(whole.length) - start
            guard length > 0 else {
                throw Rejection(
                    "no-metric",
                    index: index,
                    detail: "The name ends in a separator; what it measures must follow."
                )
            }
            pack.name.metric = NameRef(offset: whole.offset + UInt32(start), length: UInt32(length))
        } else {
            pack.name.metric = made("value", in: &pack.valueMetric)
        }
    }

    /// The device that the topic's last level names.
    private mutating func topicDevice(_ index: Int, pack: inout SenMLPack) throws(Rejection) -> NameRef {
        if let device = pack.topicDevice { return device }
        let utf8 = pack.topic.utf8
        let level = utf8.lastIndex(of: 0x2F).map { utf8[utf8.index(after: $0)...] } ?? utf8[...]
        guard !level.isEmpty else {
            throw Rejection(
                "no-device",
                index: index,
                detail:
                    "The name is a metric alone, and no topic names the device; send a name such as `device/metric`."
            )
        }
        guard level.count <= NameArena.maximumName else { throw .nameTooLong(member: "topic", index) }
        let place = arena.nextPlace
        arena.append(Array(level))
        let device = arena.reference(from: place)
        pack.topicDevice = device
        return device
    }

    /// A constant name, made once per pack.
    private mutating func made(_ name: String, in place: inout NameRef?) -> NameRef {
        if let reference = place { return reference }
        let start = arena.nextPlace
        arena.append(Array(name.utf8))
        let reference = arena.reference(from: start)
        place = reference
        return reference
    }

    @inline(__always)
    private func resolveTime(
        _ index: Int,
        pack: inout SenMLPack,
        into reading: inout DecodedReading
    ) throws(Rejection) {
        let seconds = (pack.baseTime ?? 0) + (pack.record.present.contains(.t) ? pack.record.t : 0)
        guard let microseconds = Int64(roundingToNearest: seconds * 1e6) else { throw .senMLTime(seconds, index) }
        // RFC 8428, section 4.5.3: from 2^28 on a time is absolute.
        if seconds >= 268_435_456 {
            reading.time = Timestamp(microseconds: microseconds)
        } else {
            guard let received = pack.received else {
                throw Rejection(
                    "no-time",
                    index: index,
                    detail: "The time is relative to the arrival, which is not known here; send absolute times."
                )
            }
            let (sum, overflow) = received.microseconds.addingReportingOverflow(microseconds)
            guard !overflow else { throw .senMLTime(seconds, index) }
            reading.time = Timestamp(microseconds: sum)
            if pack.baseTime == nil, !pack.record.present.contains(.t) { reading.flags.insert(.arrivalTime) }
        }
        guard reading.time.isPlausible else { throw .senMLTime(seconds, index) }
    }

    @inline(__always)
    private mutating func resolveValue(
        _ index: Int,
        pack: inout SenMLPack,
        into reading: inout DecodedReading
    ) throws(Rejection) {
        let values = pack.record.present.intersection(.values)
        switch values {
        case .v:
            reading.value = pack.baseValue.map { $0 + pack.record.v } ?? pack.record.v
            guard reading.value.isFinite else { throw .nonFinite(member: "bv + v", index) }
        case .vb:
            reading.kind = .bool
            reading.value = pack.record.vb ? 1 : 0
        case .vs:
            reading.kind = .text
            reading.text = arena.reference(pack.record.vs)
        case .vd:
            reading.kind = .data
            reading.text = try data(pack.record.vd, index)
        case []:
            reading.kind = .none
            guard pack.record.present.contains(.s) else {
                throw Rejection(
                    "no-value",
                    index: index,
                    detail: "The record has no value and no sum; send one of v, vs, vb, vd, s."
                )
            }
        default:
            throw Rejection(
                "multiple-values",
                index: index,
                detail: "The record has \(values); a record has one value."
            )
        }
        if pack.record.present.contains(.s) || pack.baseSum != nil {
            reading.sum = (pack.baseSum ?? 0) + (pack.record.present.contains(.s) ? pack.record.s : 0)
            guard reading.sum.isFinite else { throw .nonFinite(member: "bs + s", index) }
        }
    }

    private mutating func data(_ text: JSONText, _ index: Int) throws(Rejection) -> NameRef {
        let decoded =
            text.hasEscapes ? text.decoded.withUnsafeBufferPointer(Base64URL.decode) : Base64URL.decode(text.raw)
        guard let decoded else {
            throw Rejection(
                "bad-data",
                index: index,
                detail: "`vd` is not base64 of the URL-safe alphabet (A-Z a-z 0-9 - _), unpadded."
            )
        }
        let place = arena.nextPlace
        arena.append(decoded)
        return arena.reference(from: place)
    }

    @inline(__always)
    private mutating func resolveUnit(
        _ text: JSONText,
        _ index: Int,
        scanner: JSONScanner,
        pack: inout SenMLPack,
        into reading: inout DecodedReading
    ) throws(Rejection) {
        guard text.count > 0 else { return }
        let packed = scanner.packed(text)
        if packed == 0 || packed != pack.unitName {
            pack.unitName = packed
            pack.unit = SenMLUnit(packed: packed)
        }
        switch pack.unit {
        case .primary: break
        case .secondary:
            if pack.version != Self.secondaryUnitsVersion { reading.flags.insert(.secondaryUnitUndeclared) }
        case .unknown: reading.flags.insert(.unknownUnit)
        }
        reading.unit = unit(text, packed: packed, pack: &pack)
        guard reading.unit.length <= NameArena.maximumName else { throw .nameTooLong(member: "u", index) }
    }

    /// The unit that a reading carries on: as sent, but `/` for `%`.
    ///
    /// In SenML `%` is a ratio from 0 to 1, the same as `/`; everywhere else it is a percentage. Passed on as it is it
    /// would scale values by 100.
    @inline(__always)
    private mutating func unit(_ text: JSONText, packed: UInt64, pack: inout SenMLPack) -> NameRef {
        packed == 0x25 ? made("/", in: &pack.ratioUnit) : arena.reference(text)
    }
}

extension Rejection {
    fileprivate static func senMLTime(_ seconds: Double, _ index: Int) -> Rejection {
        Rejection(
            "bad-time",
            index: index,
            detail: "bt + t is \(seconds) s, which is no time of the years 1 to 9999; SenML times are in seconds."
        )
    }

    fileprivate static func notArray(hasRecords: Bool) -> Rejection {
        let seen = "A SenML pack is a JSON array of records (RFC 8428). "
        guard hasRecords else {
            return Rejection("not-array", detail: seen + "Send an array, also for one pack.record.")
        }
        return Rejection(
            "not-array",
            detail: seen + "An object with its records under `e` is the form of drafts before the RFC; read it with "
                + "`format: json` and a mapping with `records: /e`."
        )
    }
}
