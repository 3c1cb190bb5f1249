public import GanzhiModel

extension Normaliser {
    /// What was seen in a refused reading and what would do, for the samples of the ledger.
    ///
    /// - Parameters:
    ///   - refusal: What ``normalise(_:_:maxAhead:received:into:refusals:)`` reported.
    ///   - decoded: The batch it was about.
    ///   - received: When it came in.
    public func detail(of refusal: Refusal, in decoded: DecodedBatch, received: Timestamp) -> String {
        let reading = decoded.readings[refusal.index]
        let device = decoded.string(reading.device)
        let metric = decoded.string(reading.metric)
        let series = "“\(metric.prefix(80))” of “\(device.prefix(80))”"
        switch refusal.reason {
        case .notNumeric:
            let kind = reading.kind == .none ? "no value, only a sum" : "no number"
            return "The reading \(series) carries \(kind). Send a number or a truth value."
        case .nameTooLong:
            return "The names of \(series) have \(device.utf8.count) and \(metric.utf8.count) bytes. "
                + "Use at most \(Self.longestName) for each."
        case .unitMismatch:
            let profile = profile(device: device, metric: metric)
            let stated = profile.unit ?? decoded.string(reading.unit)
            let canonical = unit(ofMetric: profile.metric) ?? ""
            return "The reading \(series) came in \(Self.described(stated)), which cannot become "
                + "\(Self.described(canonical)), the unit of “\(profile.metric)”. "
                + "Send a unit of that kind, or give the device's metric its `unit` in the catalogue."
        case .nonFinite:
            return "The reading \(series) with the value \(reading.value) is too large once converted and calibrated. "
                + "Check the sender, and unit, scale and offset in the catalogue."
        case .tooManySeries:
            return
                "The reading \(series) would be the first of a new series, but there are \(maximumChannels) already. "
                + "Check whether devices send changing names."
        case .clockAhead:
            return "The reading \(series) is dated \(reading.time.rfc3339) but came in at \(received.rfc3339). "
                + "Set the sender's clock, or raise `max-ahead` of the feed."
        }
    }

    private static func described(_ unit: String) -> String {
        let kind = Unit(unit).map { " (\($0.dimension.name))" } ?? " (a unit that is not known)"
        return "“\(unit.prefix(40))”" + kind
    }
}
