import GanzhiFeeds
import GanzhiModel

/// One reading in a form that tests can compare and print.
struct PlainReading: Equatable {
    var device: String
    var metric: String
    var value: PlainValue
    var unit = ""
    /// Microseconds; `nil` for arrival time.
    var time: Int64?
    var name = ""
    var sum: Double?
    var flags: [String] = []
}

enum PlainValue: Equatable {
    case number(Double)
    case bool(Bool)
    case text(String)
    case data([UInt8])
    case none
}

extension DecodedBatch {
    func plain(_ index: Int) -> PlainReading {
        let reading = readings[index]
        let value: PlainValue =
            switch reading.kind {
            case .number: .number(reading.value)
            case .bool: .bool(reading.value == 1)
            case .text: .text(string(reading.text))
            case .data: .data(Array(names[Int(reading.text.offset)...].prefix(Int(reading.text.length))))
            case .none: .none
            }
        return PlainReading(
            device: string(reading.device),
            metric: string(reading.metric),
            value: value,
            unit: string(reading.unit),
            time: reading.time == .never ? nil : reading.time.microseconds,
            name: string(reading.name),
            sum: reading.sum.isNaN ? nil : reading.sum,
            flags: reading.flags.names
        )
    }

    var plain: [PlainReading] { readings.indices.map(plain) }
}

/// Decodes one payload in a fresh decoder, behind a batch that already holds a reading, and checks that a refusal
/// leaves nothing of the payload there.
func decode(
    _ payload: some Collection<UInt8>,
    format: FeedFormat? = nil,
    mapping: JSONMapping? = nil,
    topic: String = "",
    contentType: String = "",
    received: Timestamp? = Timestamp(milliseconds: 1_700_000_000_000)
) throws -> (readings: [PlainReading], outcome: DecodeOutcome) {
    var decoder = FeedDecoder(
        definition: FeedDefinition(name: "test", topic: try TopicFilter("#"), format: format, mapping: mapping)
    )
    var batch = DecodedBatch()
    let names = Array("earlier".utf8).withUnsafeBytes { batch.append(name: $0) }
    batch.readings.append(DecodedReading(device: names, metric: names, time: .never, value: 1))
    // Exactly as large as the payload, so that a sanitizer sees every read outside.
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: payload.count, alignment: 1)
    defer { bytes.deallocate() }
    bytes.copyBytes(from: payload)
    let outcome = decoder.decode(
        topic: topic,
        contentType: contentType,
        payload: UnsafeRawBufferPointer(bytes),
        received: received,
        into: &batch
    )
    precondition(batch.string(batch.readings[0].device) == "earlier", "an earlier reading was changed")
    if outcome.rejection != nil {
        precondition(batch.readings.count == 1 && batch.names.count == 7, "a refused payload left something behind")
    }
    return (Array(batch.plain.dropFirst()), outcome)
}

func decode(
    _ payload: String,
    format: FeedFormat? = nil,
    mapping: JSONMapping? = nil,
    topic: String = "",
    contentType: String = "",
    received: Timestamp? = Timestamp(milliseconds: 1_700_000_000_000)
) throws -> (readings: [PlainReading], outcome: DecodeOutcome) {
    try decode(
        Array(payload.utf8),
        format: format,
        mapping: mapping,
        topic: topic,
        contentType: contentType,
        received: received
    )
}
