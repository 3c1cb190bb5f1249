/// A device of the simulated city: what a catalogue knows of it.
///
/// Independent of seed and size: the first sixty devices of every city with the same districts are the same.
public struct CityDevice: Sendable, Hashable {
    /// Id, such as `underpass-001`: kind and number, three digits at least.
    public let id: String
    /// What it is.
    public let kind: DeviceKind
    /// Number among its kind, from 1.
    public let number: Int
    /// Place of its district in ``CitySettings/districts``.
    public let districtIndex: Int
    /// Code of its district.
    public let district: String
    /// Kilometres east of the city's centre.
    public let east: Double
    /// Kilometres north of the city's centre.
    public let north: Double

    /// Degrees north (WGS 84), near 30.25, on a plane around the city's centre.
    public var latitude: Double { ((30.25 + north / 111.2) * 10_000).rounded() / 10_000 }
    /// Degrees east (WGS 84), near 120.17, on a plane around the city's centre.
    public var longitude: Double { ((120.17 + east / 96.1) * 10_000).rounded() / 10_000 }

    /// The devices of a city in the order of their index; devices of a kind go round the districts.
    ///
    /// - Complexity: O(`count`).
    static func roster(count: Int, districts: [CityDistrict]) -> [CityDevice] {
        var numbers: [DeviceKind: Int] = [:]
        return (0..<count).map { index in
            let kind = DeviceKind.pattern[index % DeviceKind.pattern.count]
            let number = numbers[kind, default: 0] + 1
            numbers[kind] = number
            return CityDevice(kind: kind, number: number, districts: districts)
        }
    }

    private init(kind: DeviceKind, number: Int, districts: [CityDistrict]) {
        let digits = String(number)
        let place = (number - 1) % districts.count
        var random = CityRandom(seed: UInt64(number), stream: kind.stream)
        id = "\(kind.prefix)-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)"
        self.kind = kind
        self.number = number
        districtIndex = place
        district = districts[place].code
        east = districts[place].east + random.uniform(-1.5, 1.5)
        north = districts[place].north + random.uniform(-1.5, 1.5)
    }
}

extension DeviceKind {
    /// A stream of random numbers of its own for each kind.
    var stream: UInt64 {
        switch self {
        case .underpass: 1
        case .rainGauge: 2
        case .airStation: 3
        case .gasDetector: 4
        case .hydrant: 5
        case .manhole: 6
        }
    }
}
