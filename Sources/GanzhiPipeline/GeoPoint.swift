import Foundation

/// A point on the earth, WGS 84, in degrees.
struct GeoPoint {
    var latitude: Double
    var longitude: Double

    /// The mean radius of the earth in metres.
    ///
    /// - Source: IUGG, arithmetic mean radius R₁ of WGS 84.
    private static let radius = 6_371_008.8

    /// Metres along the great circle; within half a per cent of the ellipsoid's.
    ///
    /// - Source: Sinnott: Virtues of the Haversine, Sky and Telescope 68 (1984).
    func distance(to other: GeoPoint) -> Double {
        func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
        let height = sin(radians(other.latitude - latitude) / 2)
        let width = sin(radians(other.longitude - longitude) / 2)
        let square = height * height + cos(radians(latitude)) * cos(radians(other.latitude)) * width * width
        return 2 * Self.radius * asin(min(1, square.squareRoot()))
    }
}
