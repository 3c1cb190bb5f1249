public import GanzhiModel

/// A storm cell that moves over the city, again and again, on the city's own clock (see ``CitySettings/pace``).
///
/// The cell is round; rain falls off from its centre as `peak · (1 − (d / radius)²)²` and ends at the radius.
public struct Storm: Sendable, Hashable {
    /// When the cell starts on its track, after the start of the run.
    public var begins: TimeSpan
    /// Time from one cell's start to the next one's.
    public var every: TimeSpan
    /// Rain at the centre in mm/h.
    public var peak: Double
    /// Radius in km.
    public var radius: Double
    /// Speed of the cell in km/h.
    public var speed: Double
    /// Where the centre starts: km east and north of the city's centre.
    public var from: Point
    /// Where the centre ends; there the cell is gone.
    public var to: Point

    /// A place on the city's map.
    public struct Point: Sendable, Hashable {
        /// Kilometres east of the city's centre.
        public var east: Double
        /// Kilometres north of the city's centre.
        public var north: Double

        /// Creates a place.
        public init(east: Double, north: Double) {
            self.east = east
            self.north = north
        }
    }

    /// Creates a storm; ``CitySettings`` checks that it can pass.
    public init(
        begins: TimeSpan,
        every: TimeSpan,
        peak: Double,
        radius: Double,
        speed: Double,
        from: Point,
        to: Point
    ) {
        self.begins = begins
        self.every = every
        self.peak = peak
        self.radius = radius
        self.speed = speed
        self.from = from
        self.to = to
    }

    /// A summer storm over ``CityDistrict/hangzhou``: 80 mm/h at the centre, about 17 mm on its track, 80 minutes to
    /// pass, again after eight hours.
    public static let summer = Storm(
        begins: .minutes(5),
        every: .hours(8),
        peak: 80,
        radius: 6,
        speed: 30,
        from: Point(east: -22, north: 4.8),
        to: Point(east: 15, north: -9.5)
    )

    /// Rain in mm/h at a place.
    ///
    /// - Parameters:
    ///   - seconds: City time since the start of the run.
    ///   - east: Kilometres east of the city's centre.
    ///   - north: Kilometres north of the city's centre.
    func intensity(at seconds: Double, east: Double, north: Double) -> Double {
        var elapsed = seconds - Double(begins.microseconds) / 1e6
        guard elapsed >= 0 else { return 0 }
        elapsed.formTruncatingRemainder(dividingBy: Double(every.microseconds) / 1e6)
        let (alongEast, alongNorth) = (to.east - from.east, to.north - from.north)
        let length = (alongEast * alongEast + alongNorth * alongNorth).squareRoot()
        let share = elapsed * speed / 3600 / length
        guard share <= 1 else { return 0 }
        let (offEast, offNorth) = (east - from.east - share * alongEast, north - from.north - share * alongNorth)
        let nearness = 1 - (offEast * offEast + offNorth * offNorth) / (radius * radius)
        return nearness > 0 ? peak * nearness * nearness : 0
    }
}
