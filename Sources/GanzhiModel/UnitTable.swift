/// Every unit that is known; the one place to add another.
///
/// - Source: IANA registry "Sensor Measurement Lists (SenML)", units and secondary units (RFC 8428, RFC 8798); UCUM 2.1;
///   SI Brochure, 9th edition.
enum UnitTable {
    /// A unit: base = value × numerator ÷ denominator + offset, where base is its dimension's first unit of factor 1.
    struct Entry: Sendable {
        let code: String
        let dimension: UnitDimension
        let conversion: ToBase
        /// Other texts for the same unit.
        let spellings: [String]
    }

    /// The exact way to the base unit.
    struct ToBase: Sendable {
        var numerator: UInt64
        var denominator: UInt64
        var offset: (numerator: Int64, denominator: Int64) = (0, 1)
    }

    /// All units; the usual ones of a dimension first.
    static let entries: [Entry] = shares + geometry + motion + matter + heat + energy + electricity + light + rest

    /// Codes and spellings with the place of their unit.
    static let indices: [String: UInt16] = {
        var indices: [String: UInt16] = [:]
        for (index, entry) in entries.enumerated() {
            for text in [entry.code] + entry.spellings {
                let previous = indices.updateValue(UInt16(index), forKey: text)
                precondition(previous == nil, "the unit \(text) stands twice in the table")
            }
        }
        return indices
    }()

    /// The text without blanks around it, with `u` for micro and plain digits for powers.
    static func simplified(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{B5}", "\u{3BC}": result += "u"
            case "²": result += "2"
            case "³": result += "3"
            case "^", " ": continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func unit(
        _ code: String,
        _ dimension: UnitDimension,
        _ numerator: UInt64 = 1,
        over denominator: UInt64 = 1,
        offset: (numerator: Int64, denominator: Int64) = (0, 1),
        also spellings: String...
    ) -> Entry {
        let conversion = ToBase(numerator: numerator, denominator: denominator, offset: offset)
        return Entry(code: code, dimension: dimension, conversion: conversion, spellings: spellings)
    }

    private static let shares: [Entry] = [
        unit("/", .ratio, also: "1", "m3/m3"),
        unit("/100", .ratio, over: 100, also: "%"),
        unit("%RH", .ratio, over: 100),
        unit("%EL", .ratio, over: 100),
        unit("/1000", .ratio, over: 1000, also: "‰", "[ppth]"),
        unit("ppm", .ratio, over: 1_000_000, also: "[ppm]"),
        unit("ppb", .ratio, over: 1_000_000_000, also: "[ppb]"),
        unit("ppt", .ratio, over: 1_000_000_000_000, also: "[pptr]"),
        unit("%LEL", .explosiveLimit),
        unit("count", .count, also: "beats"),
    ]

    private static let geometry: [Entry] = [
        unit("m", .length),
        unit("mm", .length, over: 1000),
        unit("cm", .length, over: 100),
        unit("dm", .length, over: 10),
        unit("km", .length, 1000),
        unit("um", .length, over: 1_000_000),
        unit("m2", .area, also: "㎡"),
        unit("cm2", .area, over: 10_000),
        unit("har", .area, 10_000, also: "ha"),
        unit("km2", .area, 1_000_000),
        unit("m3", .volume),
        unit("l", .volume, over: 1000, also: "L"),
        unit("mL", .volume, over: 1_000_000, also: "ml"),
        unit("deg", .angle, also: "°", "lat", "lon"),
        // 180/π by the continued fraction's convergent that fits 64 bits: right to 7e-36, so that every Double is.
        unit("rad", .angle, 3_740_041_006_030_521_005, over: 65_276_029_714_833_691),
        unit("sr", .solidAngle),
    ]

    private static let motion: [Entry] = [
        unit("s", .duration, also: "EL"),
        unit("ms", .duration, over: 1000),
        unit("us", .duration, over: 1_000_000),
        unit("min", .duration, 60),
        unit("h", .duration, 3600),
        unit("d", .duration, 86_400),
        unit("m/s", .speed),
        unit("km/h", .speed, 5, over: 18),
        unit("mm/h", .speed, over: 3_600_000),
        unit("mm/min", .speed, over: 60_000),
        unit("mm/d", .speed, over: 86_400_000),
        unit("mm/s", .speed, over: 1000),
        unit("cm/s", .speed, over: 100),
        unit("cm/min", .speed, over: 6000),
        unit("cm/h", .speed, over: 360_000),
        unit("m/min", .speed, over: 60),
        unit("m/h", .speed, over: 3600),
        unit("[kn_i]", .speed, 463, over: 900, also: "kn"),
        unit("m/s2", .acceleration),
        unit("mm/s2", .acceleration, over: 1000),
        unit("cm/s2", .acceleration, over: 100),
        unit("[g]", .acceleration, 980_665, over: 100_000),
        unit("Hz", .frequency, also: "1/s", "/s"),
        unit("kHz", .frequency, 1000),
        unit("MHz", .frequency, 1_000_000),
        unit("GHz", .frequency, 1_000_000_000),
        unit("1/min", .frequency, over: 60, also: "/min", "beat/min", "rpm", "r/min"),
        unit("1/h", .frequency, over: 3600, also: "/h"),
        unit("1/d", .frequency, over: 86_400, also: "/d"),
        unit("m3/s", .flow),
        unit("m3/h", .flow, over: 3600),
        unit("m3/min", .flow, over: 60),
        unit("m3/d", .flow, over: 86_400),
        unit("l/s", .flow, over: 1000, also: "L/s"),
        unit("l/min", .flow, over: 60_000, also: "L/min"),
        unit("l/h", .flow, over: 3_600_000, also: "L/h"),
        unit("kg/s", .massFlow),
        unit("kg/h", .massFlow, over: 3600),
        unit("t/h", .massFlow, 5, over: 18),
    ]

    private static let matter: [Entry] = [
        unit("kg", .mass),
        unit("g", .mass, over: 1000),
        unit("mg", .mass, over: 1_000_000),
        unit("ug", .mass, over: 1_000_000_000),
        unit("t", .mass, 1000),
        unit("kg/m3", .concentration, also: "g/l", "g/L"),
        unit("g/m3", .concentration, over: 1000, also: "mg/l", "mg/L"),
        unit("mg/m3", .concentration, over: 1_000_000, also: "ug/l", "ug/L"),
        unit("ug/m3", .concentration, over: 1_000_000_000, also: "ng/l", "ng/L"),
        unit("ng/m3", .concentration, over: 1_000_000_000_000),
        unit("N", .force),
        unit("kN", .force, 1000),
        unit("MN", .force, 1_000_000),
        unit("Pa", .pressure),
        unit("hPa", .pressure, 100),
        unit("kPa", .pressure, 1000),
        unit("MPa", .pressure, 1_000_000),
        unit("mbar", .pressure, 100),
        unit("bar", .pressure, 100_000),
        unit("atm", .pressure, 101_325),
        unit("m[H2O]", .pressure, 980_665, over: 100, also: "mH2O"),
        unit("[psi]", .pressure, 8_896_443_230_521, over: 1_290_320_000, also: "psi"),
        unit("mol", .amount),
        unit("kat", .catalyticActivity),
        unit("pH", .acidity, also: "[pH]"),
        unit("NTU", .turbidity, also: "[NTU]"),
    ]

    private static let heat: [Entry] = [
        unit("K", .temperature),
        unit("Cel", .temperature, offset: (27_315, 100), also: "°C", "℃", "degC"),
        unit("[degF]", .temperature, 5, over: 9, offset: (45_967, 180), also: "°F", "℉", "degF"),
        unit("W/m2", .irradiance),
        unit("kW/m2", .irradiance, 1000),
    ]

    private static let energy: [Entry] = [
        unit("J", .energy, also: "Ws"),
        unit("kJ", .energy, 1000),
        unit("MJ", .energy, 1_000_000),
        unit("GJ", .energy, 1_000_000_000),
        unit("Wh", .energy, 3600),
        unit("kWh", .energy, 3_600_000),
        unit("MWh", .energy, 3_600_000_000),
        unit("J/m", .energyPerLength),
        unit("Wh/km", .energyPerLength, 18, over: 5),
        unit("W", .power),
        unit("mW", .power, over: 1000),
        unit("kW", .power, 1000),
        unit("MW", .power, 1_000_000),
        unit("VA", .apparentPower),
        unit("kVA", .apparentPower, 1000),
        unit("var", .reactivePower),
        unit("kvar", .reactivePower, 1000),
        unit("VAs", .apparentEnergy),
        unit("VAh", .apparentEnergy, 3600),
        unit("kVAh", .apparentEnergy, 3_600_000),
        unit("vars", .reactiveEnergy),
        unit("varh", .reactiveEnergy, 3600),
        unit("kvarh", .reactiveEnergy, 3_600_000),
        unit("dBW", .powerLevel),
        unit("dBm", .powerLevel, offset: (-30, 1), also: "dB[mW]"),
    ]

    private static let electricity: [Entry] = [
        unit("V", .voltage),
        unit("mV", .voltage, over: 1000),
        unit("uV", .voltage, over: 1_000_000),
        unit("kV", .voltage, 1000),
        unit("A", .current),
        unit("mA", .current, over: 1000),
        unit("uA", .current, over: 1_000_000),
        unit("kA", .current, 1000),
        unit("C", .charge),
        unit("Ah", .charge, 3600),
        unit("mAh", .charge, 18, over: 5),
        unit("Ohm", .resistance, also: "Ω"),
        unit("kOhm", .resistance, 1000, also: "kΩ"),
        unit("MOhm", .resistance, 1_000_000, also: "MΩ"),
        unit("S", .conductance),
        unit("mS", .conductance, over: 1000),
        unit("uS", .conductance, over: 1_000_000),
        unit("S/m", .conductivity),
        unit("mS/cm", .conductivity, over: 10),
        unit("uS/cm", .conductivity, over: 10_000),
        unit("S/cm", .conductivity, 100),
        unit("mS/m", .conductivity, over: 1000),
        unit("uS/m", .conductivity, over: 1_000_000),
        unit("F", .capacitance),
        unit("uF", .capacitance, over: 1_000_000),
        unit("H", .inductance),
        unit("Wb", .magneticFlux),
        unit("T", .magneticFluxDensity),
        unit("mT", .magneticFluxDensity, over: 1000),
        unit("uT", .magneticFluxDensity, over: 1_000_000),
    ]

    private static let light: [Entry] = [
        unit("lx", .illuminance),
        unit("klx", .illuminance, 1000),
        unit("lm", .luminousFlux),
        unit("cd", .luminousIntensity),
        unit("cd/m2", .luminance),
    ]

    private static let rest: [Entry] = [
        unit("dB", .levelDifference, also: "dB[SPL]", "dB(A)", "dBA", "dB(C)", "dBC"),
        unit("Bspl", .levelDifference, 10, also: "B[SPL]"),
        unit("Bq", .radioactivity),
        unit("Gy", .absorbedDose),
        unit("Sv", .equivalentDose),
        unit("uSv", .equivalentDose, over: 1_000_000),
        unit("Sv/h", .equivalentDoseRate),
        unit("mSv/h", .equivalentDoseRate, over: 1000),
        unit("uSv/h", .equivalentDoseRate, over: 1_000_000),
        unit("nSv/h", .equivalentDoseRate, over: 1_000_000_000),
        unit("bit", .information),
        unit("B", .information, 8, also: "By"),
        unit("KiB", .information, 8192),
        unit("kB", .information, 8000),
        unit("MB", .information, 8_000_000),
        unit("GB", .information, 8_000_000_000),
        unit("bit/s", .dataRate),
        unit("kbit/s", .dataRate, 1000),
        unit("Mbit/s", .dataRate, 1_000_000),
        unit("Gbit/s", .dataRate, 1_000_000_000),
        unit("B/s", .dataRate, 8, also: "By/s"),
        unit("kB/s", .dataRate, 8000),
        unit("MB/s", .dataRate, 8_000_000),
    ]
}
