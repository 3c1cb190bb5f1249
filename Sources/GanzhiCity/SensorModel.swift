/// What one device of the city measures, as time goes on.
///
/// Simple models with published parts, on the city's own clock (``CitySettings/pace``), so that the quantities have
/// believable sizes and shapes; they are for trying out scenarios, not for design.
///
/// - `underpass`: rational runoff (0.9 × catchment × rain) through a linear reservoir of ten minutes into a sump of
///   200 m², emptied by a pump of 0.05 m³/s; depth = volume ÷ area, at most 2 m. Catchments of 1.8, 1.0 and 0.5 ha
///   stand for underpasses that flood badly, a little and hardly ever.
/// - `rain-gauge`: tips of 0.1 mm since the reading before.
/// - `air-station`: a level of its own, peaks at 08:00 and 20:00 (UTC+8), less while it rains.
/// - `gas-detector`: near 0; every fiftieth has one leak per cycle.
/// - `hydrant`: 250 to 330 kPa, less at breakfast and supper; every fiftieth stands at a main that bursts once per
///   cycle and takes its district's pressure down with it.
/// - `manhole`: lies flat; two in five covers are opened once per cycle, for twenty minutes.
struct SensorModel {
    private let kind: DeviceKind
    private let east: Double
    private let north: Double
    /// A fixed trait of the device, by kind: catchment in m², base level, or size of its incident.
    private let trait: Double
    /// The incident of its cycle; `nil` where it has none.
    private let incident: Incident?
    /// City time up to which the state was carried, in seconds.
    private var time = 0.0
    /// Runoff on its way in m³/s.
    private var runoff = 0.0
    /// Water in the sump in m³, or rain in the bucket in mm.
    private var volume = 0.0

    /// City time after which incidents come back, in seconds: eight hours.
    static let cycle = 28_800.0
    /// Longest step of the water balance in seconds of city time.
    private static let longestStep = 10.0

    init(_ device: CityDevice, districts: Int) {
        kind = device.kind
        east = device.east
        north = device.north
        var random = CityRandom(seed: UInt64(device.number), stream: 1000 + device.kind.stream)
        let round = (device.number - 1) / districts
        switch device.kind {
        case .underpass:
            trait = [18_000, 10_000, 5000][(round + device.districtIndex) % 3] * random.uniform(0.95, 1.05)
            incident = nil
        case .rainGauge:
            trait = 0
            incident = nil
        case .airStation:
            trait = random.uniform(20, 45)
            incident = nil
        case .gasDetector:
            trait = random.uniform(55, 65)
            incident = device.number % 50 == 1 ? Incident(begins: 2400, rises: 1200, lasts: 1200, falls: 1800) : nil
        case .hydrant:
            trait = random.uniform(250, 330)
            let burst = Incident(begins: 3000, rises: 120, lasts: 2400, falls: 900)
            let first = (device.number - 1) / 50 * 50
            if device.number == first + 1 {
                incident = burst
            } else {
                incident = device.districtIndex == first % districts ? burst.scaled(by: 0.65) : nil
            }
        case .manhole:
            trait = random.uniform(35, 80)
            incident =
                device.number % 5 == 2 || device.number % 5 == 4
                ? Incident(begins: random.uniform(1200, 7200), rises: 5, lasts: 1200, falls: 5) : nil
        }
    }

    /// Carries the state to `seconds` of city time and reads the instrument, in the kind's unit, before rounding.
    ///
    /// - Parameter localSeconds: City time of the day at UTC+8, in seconds since midnight.
    mutating func measure(
        at seconds: Double,
        localSeconds: Double,
        storm: Storm?,
        random: inout CityRandom
    ) -> Double {
        switch kind {
        case .underpass:
            carry(to: seconds, storm: storm)
            return min(volume / 200, 2) + random.noise(0.002)
        case .rainGauge:
            carry(to: seconds, storm: storm)
            let tips = (volume * 10).rounded(.down) / 10
            volume -= tips
            return tips
        case .airStation:
            let traffic = 45 * bump(localSeconds, at: 8) + 55 * bump(localSeconds, at: 20)
            let rain = storm?.intensity(at: seconds, east: east, north: north) ?? 0
            return max(0, (trait + traffic) * (1 - 0.4 * min(1, rain / 20)) + random.noise(2))
        case .gasDetector:
            return max(0, 0.5 + trait * strength(at: seconds) + random.noise(0.3))
        case .hydrant:
            let demand = 25 * bump(localSeconds, at: 7) + 35 * bump(localSeconds, at: 19)
            return max(0, (trait - demand) * (1 - 0.9 * strength(at: seconds)) + random.noise(2))
        case .manhole:
            return max(0, 1 + trait * strength(at: seconds) + random.noise(0.3))
        }
    }

    /// Integrates rain (explicit Euler, equal steps of at most ten seconds) from where the state stands.
    private mutating func carry(to seconds: Double, storm: Storm?) {
        let elapsed = seconds - time
        guard elapsed > 0 else { return }
        let steps = (elapsed / Self.longestStep).rounded(.up)
        let step = elapsed / steps
        var index = 0.0
        while index < steps {
            let rain = storm?.intensity(at: time + (index + 0.5) * step, east: east, north: north) ?? 0
            if kind == .rainGauge {
                volume += rain * step / 3600
            } else {
                let inflow = 0.9 * trait * rain / 1000 / 3600
                runoff += (inflow - runoff) * step / 600
                volume = max(0, volume + (runoff - 0.05) * step)
            }
            index += 1
        }
        time = seconds
    }

    private func strength(at seconds: Double) -> Double {
        incident?.strength(at: seconds.truncatingRemainder(dividingBy: Self.cycle)) ?? 0
    }

    /// A rise of the day around an hour, from 0 to 1, three hours to either side.
    private func bump(_ localSeconds: Double, at hour: Double) -> Double {
        let distance = abs(localSeconds / 3600 - hour)
        let nearness = 1 - (min(distance, 24 - distance) / 3) * (min(distance, 24 - distance) / 3)
        return nearness > 0 ? nearness * nearness : 0
    }
}

/// Something that goes wrong once per cycle: it grows in a line, lasts, and goes away in a line.
struct Incident {
    var begins: Double
    var rises: Double
    var lasts: Double
    var falls: Double
    private var height = 1.0

    init(begins: Double, rises: Double, lasts: Double, falls: Double) {
        self.begins = begins
        self.rises = rises
        self.lasts = lasts
        self.falls = falls
    }

    /// The same, but weaker.
    func scaled(by factor: Double) -> Incident {
        var weaker = self
        weaker.height = factor
        return weaker
    }

    /// From 0 to 1, at a time in seconds since the cycle began.
    func strength(at seconds: Double) -> Double {
        let elapsed = seconds - begins
        guard elapsed > 0, elapsed < rises + lasts + falls else { return 0 }
        return height * min(1, elapsed / rises, (rises + lasts + falls - elapsed) / falls)
    }
}
