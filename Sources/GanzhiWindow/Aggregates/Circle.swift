/// Trigonometry in degrees, by additions, multiplications and divisions alone.
///
/// The C library picks its routines by processor, and they differ in the last bit; a replay on another machine must not.
///
/// - Accuracy: Within two units in the last place of the exact value, and exact at multiples of 90 degrees.
/// - Source: Polynomials of fdlibm (Sun Microsystems 1993): `k_sin.c`, `k_cos.c` and `s_atan.c`.
enum Circle {
    /// Sine and cosine of an angle.
    @inline(__always)
    static func sineAndCosine(degrees: Double) -> (sine: Double, cosine: Double) {
        let degrees = abs(degrees) < 0x1p52 ? degrees : wholeTurnsLess(degrees)
        let quarters = Int64(degrees * (1 / 90) + (degrees < 0 ? -0.5 : 0.5))
        // Exact: both are multiples of the unit in the last place of `degrees`, and the difference is small.
        let x = (degrees - 90 * Double(quarters)) * (Double.pi / 180)
        let z = x * x
        var series = 1.58969099521155010221e-10 * z - 2.50507602534068634195e-08
        series = series * z + 2.75573137070700676789e-06
        series = series * z - 1.98412698298579493134e-04
        series = series * z + 8.33333333332248946124e-03
        series = series * z - 1.66666666666666324348e-01
        let sine = x + x * z * series
        series = -1.13596475577881948265e-11 * z + 2.08757232129817482790e-09
        series = series * z - 2.75573143513906633035e-07
        series = series * z + 2.48015872894767294178e-05
        series = series * z - 1.38888888888741095749e-03
        series = series * z + 4.16666666666666019037e-02
        let half = 0.5 * z
        let cosineHead = 1 - half
        let cosine = cosineHead + (((1 - cosineHead) - half) + z * z * series)
        switch quarters & 3 {
        case 0: return (sine, cosine)
        case 1: return (cosine, -sine)
        case 2: return (-sine, -cosine)
        default: return (-cosine, sine)
        }
    }

    /// An angle of 2^52 degrees or more, which is a whole number, without the whole turns in it.
    @inline(never)
    private static func wholeTurnsLess(_ degrees: Double) -> Double {
        assert(degrees.isFinite)
        var rest = Int64(degrees.significandBitPattern | 1 << 52) % 360
        for _ in 52..<degrees.exponent { rest = rest * 2 % 360 }
        return degrees < 0 ? Double(-rest) : Double(rest)
    }

    /// The direction of a point seen from the origin, from 0 up to 360 degrees; the origin itself has none.
    static func degrees(x: Double, y: Double) -> Double {
        let width = abs(x)
        let height = abs(y)
        // From the nearer axis the angle is at most 45 degrees.
        let fromAxis =
            height <= width
            ? arcTangent(height / width) * (180 / .pi)
            : 90 - arcTangent(width / height) * (180 / .pi)
        let half = x < 0 ? 180 - fromAxis : fromAxis
        return y < 0 ? 360 - half : half
    }

    /// The angle in radians whose tangent is a number from 0 to 1.
    private static func arcTangent(_ tangent: Double) -> Double {
        // Angles whose tangents are 1/2 and 1, each with what its rounding left.
        if tangent < 0.4375 { return tangent - rest(tangent) }
        if tangent < 0.6875 {
            let small = (2 * tangent - 1) / (2 + tangent)
            return 4.63647609000806093515e-01 - ((rest(small) - 2.26987774529616870924e-17) - small)
        }
        let small = (tangent - 1) / (tangent + 1)
        return 7.85398163397448278999e-01 - ((rest(small) - 3.06161699786838301793e-17) - small)
    }

    /// By how much a tangent up to 7/16 exceeds its angle.
    private static func rest(_ tangent: Double) -> Double {
        let z = tangent * tangent
        let w = z * z
        var odd = 1.62858201153657823623e-02 * w + 4.97687799461593236017e-02
        odd = odd * w + 6.66107313738753120669e-02
        odd = odd * w + 9.09088713343650656196e-02
        odd = odd * w + 1.42857142725034663711e-01
        odd = odd * w + 3.33333333333329318027e-01
        var even = -3.65315727442169155270e-02 * w - 5.83357013379057348645e-02
        even = even * w - 7.69187620504482999495e-02
        even = even * w - 1.11111104054623557880e-01
        even = even * w - 1.99999999998764832476e-01
        return tangent * (z * odd + w * even)
    }
}
