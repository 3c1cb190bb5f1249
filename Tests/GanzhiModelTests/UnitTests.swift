import GanzhiModel
import GanzhiTestSupport
import Testing

@Suite struct UnitTests {
    private func unit(_ text: String) throws -> Unit { try #require(Unit(text), "unit \(text)") }

    private func threshold(_ literal: String, _ from: String, _ to: String, asDifference: Bool = false) throws
        -> Double?
    {
        let value = try #require(ExactDecimal(literal), "literal \(literal)")
        return Unit.threshold(value, from: try unit(from), to: try unit(to), asDifference: asDifference)
    }

    @Test func `thresholds convert exactly with one rounding`() throws {
        for line in UnitVectors.thresholds.split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            let result = try threshold(fields[0], fields[1], fields[2], asDifference: fields[3] == "difference")
            let expected = Double(bitPattern: try #require(UInt64(fields[4], radix: 16)))
            #expect(result?.bitPattern == expected.bitPattern, "\(line)")
        }
    }

    @Test func `a decimal factor gives what moving the point in the text gives`() throws {
        let factors: [(String, String, Int)] = [
            ("mm", "m", -3), ("cm", "m", -2), ("km", "m", 3), ("hPa", "Pa", 2), ("MPa", "Pa", 6), ("kPa", "MPa", -3),
            ("ug/m3", "kg/m3", -9), ("mg/L", "kg/m3", -3), ("%", "/", -2), ("ppm", "%", -4), ("ppt", "/", -12),
            ("uS/cm", "S/m", -4), ("l/s", "m3/s", -3), ("m", "mm", 3), ("kg/m3", "ug/m3", 9), ("m", "m", 0),
        ]
        var random = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let (from, to, power) = factors.randomElement(using: &random) ?? ("m", "m", 0)
            let digits = UInt64.random(in: 0..<(1 << UInt64.random(in: 1...63, using: &random)), using: &random)
            let exponent = Int.random(in: -330...300, using: &random)
            let sign = Bool.random(using: &random) && digits > 0 ? "-" : ""
            let expected = try #require(Double("\(sign)\(digits)e\(exponent + power)"))
            let result = try threshold("\(sign)\(digits)e\(exponent)", from, to)
            if expected.isInfinite {
                #expect(result == nil)
            } else {
                #expect(result == expected, "\(sign)\(digits)e\(exponent) \(from) in \(to)")
            }
        }
    }

    @Test func `every pair of units converts there and back, and readings as thresholds do`() throws {
        for from in Unit.codes {
            for to in Unit.codes {
                let (source, target) = (try unit(from), try unit(to))
                guard source.dimension == target.dimension else {
                    #expect(source.conversion(to: target) == nil)
                    #expect(try threshold("1", from, to) == nil)
                    continue
                }
                let forth = try #require(source.conversion(to: target))
                let back = try #require(target.conversion(to: source))
                for value in [0.0, 1.0, 35.0, -17.25] {
                    let converted = forth.apply(value)
                    let scale = max(abs(value), abs(back.offset), 1e-30)
                    #expect(abs(back.apply(converted) - value) <= 1e-13 * scale, "\(value) \(from) in \(to)")
                    let exact = try #require(try threshold("\(value)", from, to))
                    let size = max(abs(exact), abs(forth.offset), abs(converted))
                    #expect(abs(exact - converted) <= 4 * size.ulp, "\(value) \(from) in \(to)")
                }
            }
        }
    }

    @Test func `readings are rounded once where the factor is whole either way`() throws {
        func convert(_ value: Double, _ from: String, _ to: String) throws -> Double {
            try #require(try unit(from).conversion(to: try unit(to))).apply(value)
        }
        #expect(try convert(350, "mm", "m") == 0.35)
        #expect(try convert(36, "km/h", "m/s") == 10)
        #expect(try convert(0.1, "MPa", "kPa") == 100)
        #expect(try convert(75, "ug/m3", "mg/m3") == 0.075)
        #expect(try convert(35, "Cel", "K") == 308.15)
        for millimetres in 0...10_000 {
            let expected = try #require(Double("\(millimetres)e-3"))
            #expect(try convert(Double(millimetres), "mm", "m") == expected)
        }
    }

    @Test func `a rise of five degrees Celsius is one of five kelvin`() throws {
        #expect(try threshold("5", "Cel", "K") == 278.15)
        #expect(try threshold("5", "Cel", "K", asDifference: true) == 5)
        #expect(try threshold("9", "[degF]", "Cel", asDifference: true) == 5)
    }

    @Test func `decibels never become what they are the logarithm of`() throws {
        #expect(try unit("dBm").conversion(to: unit("W")) == nil)
        #expect(try unit("dB").conversion(to: unit("/")) == nil)
        #expect(try unit("dBm").conversion(to: unit("dBW"))?.apply(0) == -30)
    }

    @Test func `a share of the explosive limit is no share of volume`() throws {
        #expect(try unit("%LEL").conversion(to: unit("%")) == nil)
        #expect(try unit("%RH").conversion(to: unit("/"))?.apply(80) == 0.8)
    }

    @Test func `every unit of the SenML registry is known with its factor`() throws {
        let primary = """
            m kg g s A K cd mol Hz rad sr N Pa J W C V F Ohm S Wb T H Cel lm lx Bq Gy Sv kat m2 m3 l m/s m/s2 m3/s l/s \
            W/m2 cd/m2 bit bit/s lat lon pH dB dBW Bspl count / % %RH %EL EL 1/s 1/min beat/min beats S/m B VA VAs var \
            vars J/m kg/m3 deg NTU
            """
        for code in primary.split(separator: " ") { #expect(Unit(String(code)) != nil, "\(code)") }
        let secondary: [(String, String, Double)] = [
            ("ms", "s", 0.001), ("min", "s", 60), ("h", "s", 3600), ("MHz", "Hz", 1e6), ("kW", "W", 1000),
            ("kVA", "VA", 1000), ("kvar", "var", 1000), ("Ah", "C", 3600), ("Wh", "J", 3600), ("kWh", "J", 3.6e6),
            ("varh", "vars", 3600), ("kvarh", "vars", 3.6e6), ("kVAh", "VAs", 3.6e6), ("VAh", "VAs", 3600),
            ("Wh/km", "J/m", 3.6), ("KiB", "B", 1024), ("GB", "B", 1e9), ("Mbit/s", "bit/s", 1e6), ("B/s", "bit/s", 8),
            ("MB/s", "bit/s", 8e6), ("mV", "V", 0.001), ("mA", "A", 0.001), ("ug/m3", "kg/m3", 1e-9),
            ("mm/h", "m/s", 1 / 3.6e6), ("m/h", "m/s", 1 / 3600), ("ppm", "/", 1e-6), ("ppb", "/", 1e-9),
            ("ppt", "/", 1e-12), ("/100", "/", 0.01), ("/1000", "/", 0.001), ("hPa", "Pa", 100), ("mm", "m", 0.001),
            ("cm", "m", 0.01), ("km", "m", 1000), ("km/h", "m/s", 1 / 3.6), ("mg/l", "kg/m3", 0.001),
            ("ug/l", "kg/m3", 1e-6), ("g/l", "kg/m3", 1),
        ]
        for (code, base, factor) in secondary {
            #expect(try threshold("1", code, base, asDifference: true) == factor, "\(code)")
        }
        #expect(try threshold("1", "dBm", "dBW") == -29)
    }

    @Test func `spellings of one unit are one unit`() throws {
        for (spelling, code) in [
            ("L/s", "l/s"), ("µg/m³", "ug/m3"), ("\u{3BC}g/m3", "ug/m3"), ("m^3/h", "m3/h"), ("℃", "Cel"),
            ("°C", "Cel"),
            (" kPa ", "kPa"), ("[pH]", "pH"), ("[NTU]", "NTU"), ("mg/L", "g/m3"), ("dB(A)", "dB"), ("%", "/100"),
        ] {
            #expect(try unit(spelling) == unit(code))
            #expect(try unit(spelling).code == code)
        }
    }

    @Test func `case tells units apart`() throws {
        #expect(try unit("MHz") != unit("mV"))
        #expect(Unit("mpa") == nil)
        #expect(Unit("CEL") == nil)
        #expect(Unit("") == nil)
        #expect(try unit("S").dimension != unit("s").dimension)
        #expect(try unit("C").dimension == .charge)
    }

    @Test func `a mistyped unit gets the one that was meant`() {
        #expect(Unit.suggestion(for: "hpa") == "hPa")
        #expect(Unit.suggestion(for: "cel") == "Cel")
        #expect(Unit.suggestion(for: "ug/m2") == "ug/m3")
        #expect(Unit.suggestion(for: "parsnips") == nil)
    }

    @Test func `the codes of a dimension start with the usual ones`() {
        #expect(Unit.codes(of: .length).prefix(3) == ["m", "mm", "cm"])
        for dimension in UnitDimension.allCases { #expect(!Unit.codes(of: dimension).isEmpty, "\(dimension)") }
    }
}
