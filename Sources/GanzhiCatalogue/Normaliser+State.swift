public import GanzhiModel

// What a checkpoint keeps.
extension Normaliser {
    /// Writes what is known of names and units; of the catalogue nothing.
    public func write(to state: inout StateWriter) throws {
        try state.section("names")
        try state.value(MemoryLayout<Route>.stride)
        try state.value(seed)
        try routeTable.write(to: &state)
        try state.array(routes)
        try state.array(longKeys)
        try channelTable.write(to: &state)
        try state.array(channels)
        try state.each(metricNames) { try $1.string($0) }
        try state.each(canonicalUnits) {
            try $1.string($0.key)
            try $1.string($0.value.text)
        }
        try state.each(profiles) { try $0.write(to: &$1) }
        try state.array(calibrations)
    }

    /// Reads what a normaliser of the same catalogue wrote, in the place of all that this one has seen.
    ///
    /// - Throws: ``StateMismatch`` where another version wrote it, and what the source throws.
    public mutating func restore(from state: inout StateReader) throws {
        try state.section("names")
        guard try state.value() == MemoryLayout<Route>.stride else {
            throw StateMismatch("names are kept in another way")
        }
        seed = try state.value()
        routeTable = try NameTable(from: &state)
        let written = try state.array(Route.self)
        routes = Array(onHugePages: written.count) { _ = $0.initialize(from: written) }
        longKeys = try state.array()
        channelTable = try NameTable(from: &state)
        channels = try state.array()
        metricNames = try state.each { try $0.string() }
        metricNumbers = Dictionary(uniqueKeysWithValues: metricNames.enumerated().map { (Array($1.utf8), UInt32($0)) })
        canonicalUnits = Dictionary(
            uniqueKeysWithValues: try state.each { (try $0.string(), CanonicalUnit(try $0.string())) }
        )
        profiles = try state.each { try Profile(from: &$0) }
        profileNumbers = Dictionary(uniqueKeysWithValues: profiles.enumerated().map { ($1, UInt32($0)) })
        calibrations = try state.array()
        calibrationNumbers = Dictionary(uniqueKeysWithValues: calibrations.enumerated().map { ($1, UInt32($0)) })
    }
}

extension Profile {
    fileprivate func write(to state: inout StateWriter) throws {
        try state.string(metric)
        try state.value(unit != nil)
        try state.string(unit ?? "")
        try state.value(scale)
        try state.value(offset)
        try state.value(range.min)
        try state.value(range.max)
    }

    fileprivate init(from state: inout StateReader) throws {
        metric = try state.string()
        let hasUnit: Bool = try state.value()
        let text = try state.string()
        unit = hasUnit ? text : nil
        scale = try state.value()
        offset = try state.value()
        range = ValueRange(min: try state.value(), max: try state.value())
    }
}
