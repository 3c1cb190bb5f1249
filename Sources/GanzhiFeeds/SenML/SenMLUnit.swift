/// Which IANA registry lists a SenML unit.
///
/// - Source: IANA "Sensor Measurement Lists (SenML)", registries "SenML Units" (RFC 8428, RFC 8798) and "Secondary
///   Units" (RFC 8798).
enum SenMLUnit {
    /// A unit that every pack may use.
    case primary
    /// A unit that only packs with version 26 declare.
    case secondary
    /// A unit of neither registry.
    case unknown

    /// Looks up a unit by its packed name (``JSONScanner/packed(_:)``); no registered one is longer than eight bytes.
    ///
    /// - Complexity: O(log *n*) in the number of units.
    init(packed name: UInt64) {
        var low = 0
        var high = Self.registered.count
        while low < high {
            let middle = (low + high) / 2
            if Self.registered[middle].name < name { low = middle + 1 } else { high = middle }
        }
        guard low < Self.registered.count, Self.registered[low].name == name else {
            self = .unknown
            return
        }
        self = Self.registered[low].isSecondary ? .secondary : .primary
    }

    /// The registry's primary names, those it marks "not recommended" included.
    static let primaryNames: [String] = [
        "%", "%EL", "%RH", "/", "1/min", "1/s", "A", "B", "Bq", "Bspl", "C", "Cel", "EL", "F", "Gy", "H", "Hz", "J",
        "J/m",
        "K", "N", "NTU", "Ohm", "Pa", "S", "S/m", "Sv", "T", "V", "VA", "VAs", "W", "W/m2", "Wb", "beat/min", "beats",
        "bit", "bit/s", "cd", "cd/m2", "count", "dB", "dBW", "deg", "g", "kat", "kg", "kg/m3", "l", "l/s", "lat", "lm",
        "lon", "lx", "m", "m/s", "m/s2", "m2", "m3", "m3/s", "mol", "pH", "rad", "s", "sr", "var", "vars",
    ]

    /// The registry's secondary names.
    static let secondaryNames: [String] = [
        "/100", "/1000", "Ah", "B/s", "GB", "KiB", "MB/s", "MHz", "Mbit/s", "VAh", "Wh", "Wh/km", "cm", "dBm", "g/l",
        "h",
        "hPa", "kVA", "kVAh", "kW", "kWh", "km", "km/h", "kvar", "kvarh", "m/h", "mA", "mV", "mg/l", "min", "mm",
        "mm/h",
        "ms", "ppb", "ppm", "ppt", "ug/l", "ug/m3", "varh",
    ]

    private static let registered: [(name: UInt64, isSecondary: Bool)] =
        (primaryNames.map { (JSONScanner.pack($0.utf8), false) }
        + secondaryNames.map { (JSONScanner.pack($0.utf8), true) }).sorted { $0.0 < $1.0 }
}
