/// A district of the simulated city.
public struct CityDistrict: Sendable, Hashable {
    /// GB/T 2260 code, which is also its level in topics.
    public let code: String
    /// Kilometres east of the city's centre.
    public let east: Double
    /// Kilometres north of the city's centre.
    public let north: Double

    /// Creates a district; ``CitySettings`` checks code and place.
    public init(code: String, east: Double, north: Double) {
        self.code = code
        self.east = east
        self.north = north
    }

    /// Six districts of Hangzhou (330100), placed as their seats lie.
    ///
    /// Five of them lie along the track of ``Storm/summer``; the second, 330105, stays beside it and dry.
    public static let hangzhou = [
        CityDistrict(code: "330110", east: -16.5, north: 2.7),
        CityDistrict(code: "330105", east: -2.7, north: 7.7),
        CityDistrict(code: "330106", east: -3.8, north: 1.0),
        CityDistrict(code: "330102", east: 0.0, north: -0.8),
        CityDistrict(code: "330108", east: 4.0, north: -4.7),
        CityDistrict(code: "330109", east: 9.0, north: -7.2),
    ]
}
