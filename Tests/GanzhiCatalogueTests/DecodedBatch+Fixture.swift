import GanzhiModel

/// A reading as a test writes it down.
struct Sent {
    var device: String
    var metric: String
    var value: Double
    var unit = ""
    var time: Timestamp = .never
    var kind = ValueKind.number
    var flags: ReadingFlags = []
    var quality = Quality.good

    init(_ device: String, _ metric: String, _ value: Double, _ unit: String = "", at seconds: Int64? = 0) {
        self.device = device
        self.metric = metric
        self.value = value
        self.unit = unit
        if let seconds { time = Timestamp(microseconds: seconds * 1_000_000) }
    }
}

extension DecodedBatch {
    /// A batch that holds some readings.
    init(_ readings: [Sent]) {
        self.init()
        for sent in readings { append(sent) }
    }

    private mutating func append(_ sent: Sent) {
        func keep(_ text: String) -> NameRef { Array(text.utf8).withUnsafeBytes { append(name: $0) } }
        var reading = DecodedReading(
            device: keep(sent.device),
            metric: keep(sent.metric),
            time: sent.time,
            value: sent.value
        )
        reading.unit = keep(sent.unit)
        reading.kind = sent.kind
        reading.flags = sent.flags
        reading.quality = sent.quality
        readings.append(reading)
    }
}
