import GanzhiModel

/// One device on its way through the run: its clock, its random numbers, what it measures and what it has sent.
struct DeviceTrack {
    /// What is added to the true time by its clock, in ms.
    let clockError: Int64
    /// Whether it speaks SenML JSON.
    let isSenML: Bool
    /// Where it publishes to.
    let topic: String
    var random: CityRandom
    private var sensor: SensorModel
    /// The readings it was heard with last, as the duplicate check of the ledger keeps them, oldest first.
    private var heard: [Sample] = []
    /// The greatest event time it has published.
    private var newest = Int64.min

    /// Readings per series that the duplicate check compares with.
    static let kept = 8

    init(clockError: Int64, isSenML: Bool, topic: String, random: CityRandom, sensor: SensorModel) {
        self.clockError = clockError
        self.isSenML = isSenML
        self.topic = topic
        self.random = random
        self.sensor = sensor
    }

    /// What the instrument shows; see ``SensorModel/measure(at:localSeconds:storm:random:)``.
    mutating func measure(at seconds: Double, localSeconds: Double, storm: Storm?) -> Double {
        sensor.measure(at: seconds, localSeconds: localSeconds, storm: storm, random: &random)
    }

    /// Enters readings in the order in which they are published, and counts what the ledger will say of them.
    mutating func publish(_ samples: [Sample]) -> (duplicates: Int, disordered: Int) {
        var duplicates = 0
        var disordered = 0
        for sample in samples {
            guard !heard.contains(sample) else {
                duplicates += 1
                continue
            }
            if heard.count == Self.kept { heard.removeFirst() }
            heard.append(sample)
            if sample.time < newest { disordered += 1 }
            newest = max(newest, sample.time)
        }
        return (duplicates, disordered)
    }
}
