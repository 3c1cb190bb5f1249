public import GanzhiModel

extension Catalogue {
    /// Everything wrong in the catalogue, in the order of its entries: metrics, devices, districts.
    ///
    /// - Parameter place: Where an entry was written; the default knows no places.
    /// - Complexity: One pass, with a search over all names for each that is unknown.
    public func problems(
        at place: (Entry) -> (file: String, line: Int, column: Int) = { _ in ("", 0, 0) }
    ) -> [Problem] {
        var all: [Problem] = []
        func report(_ entry: Entry, _ found: [Problem]) {
            guard !found.isEmpty else { return }
            let (file, line, column) = place(entry)
            all += found.map {
                Problem($0.severity, file: file, line: line, column: column, message: $0.message, remedy: $0.remedy)
            }
        }
        for (index, metric) in metrics.enumerated() {
            report(.metric(index), problems(about: metric, at: index))
        }
        for (index, device) in devices.enumerated() {
            report(.device(index), problems(about: device, at: index))
        }
        for (index, district) in districts.enumerated() {
            report(.district(index), problems(about: district, at: index))
        }
        return all
    }

    private func problems(about metric: MetricDefinition, at index: Int) -> [Problem] {
        let name = "The metric “\(metric.id)”"
        var found = idProblems(metric.id, "metric", isFirst: isFirst(.metric(index)))
        if let unit = metric.unit { found += unitProblems(unit, name) }
        found += rangeProblems(metric.range, name)
        found += calibrationProblems(scale: metric.scale, offset: metric.offset, name)
        for alias in metric.aliases where alias != metric.id {
            guard let owner = self.metric(alias)?.id, owner != metric.id else { continue }
            found.append(
                problem(
                    "\(name) has the alias “\(alias)”, which already means “\(owner)”.",
                    "Remove the alias from one of them."
                )
            )
        }
        return found
    }

    private func problems(about device: DeviceDefinition, at index: Int) -> [Problem] {
        let name = "The device “\(device.id)”"
        var found = idProblems(device.id, "device", isFirst: isFirst(.device(index)))
        if let code = device.district, district(code) == nil {
            found.append(
                problem(
                    "\(name) stands in the district “\(code)”, which the catalogue does not have.",
                    meant(code, districts.lazy.map(\.code)) ?? "Add the district, or correct the code."
                )
            )
        }
        if let place = device.place { found += placeProblems(place, name) }
        found += intervalProblems(device.expectedInterval, name)
        for (incoming, settings) in device.metrics.sorted(by: { $0.key.precedesByCodePoint($1.key) }) {
            found += overrideProblems(settings, "\(name), metric “\(incoming)”,", incoming: incoming)
        }
        return found
    }

    private func problems(about district: DistrictDefinition, at index: Int) -> [Problem] {
        let name = "The district “\(district.code)”"
        var found = idProblems(district.code, "district", isFirst: isFirst(.district(index)))
        guard let parent = district.parent else { return found }
        if self.district(parent) == nil {
            found.append(
                problem(
                    "\(name) is part of “\(parent)”, which the catalogue does not have.",
                    meant(parent, districts.lazy.map(\.code)) ?? "Add the parent district, or correct the code."
                )
            )
        } else if isDistrict(parent, within: district.code) {
            found.append(
                problem(
                    "\(name) is part of “\(parent)”, which is part of “\(district.code)” itself.",
                    "Name as parent only what is larger."
                )
            )
        }
        return found
    }

    private func overrideProblems(_ settings: MetricOverride, _ name: String, incoming: String) -> [Problem] {
        var found: [Problem] = []
        let ids = metrics.lazy.map(\.id)
        if let target = settings.metric, metric(target) == nil {
            found.append(
                problem(
                    "\(name) stands for the metric “\(target)”, which the catalogue does not have.",
                    meant(target, ids) ?? "Add the metric, or correct the name."
                )
            )
        } else if settings.metric == nil, metric(incoming) == nil, let remedy = meant(incoming, ids) {
            found.append(problem("\(name) is no metric of the catalogue.", remedy, .warning))
        }
        if let unit = settings.unit {
            let canonical = metric(settings.metric ?? incoming)?.unit
            found += unitProblems(unit, name)
            if let canonical, let from = Unit(unit), let to = Unit(canonical), !from.isConvertible(to: to) {
                found.append(
                    problem(
                        "\(name) has the unit “\(unit)” (\(from.dimension.name)), but the metric is kept in "
                            + "“\(canonical)” (\(to.dimension.name)).",
                        "Write one of \(Unit.codes(of: to.dimension).joined(separator: " "))."
                    )
                )
            }
        }
        found += rangeProblems(settings.range, name)
        found += calibrationProblems(scale: settings.scale ?? 1, offset: settings.offset ?? 0, name)
        found += intervalProblems(settings.expectedInterval, name)
        return found
    }
}

/// A problem whose place the caller fills in.
private func problem(_ message: String, _ remedy: String, _ severity: Problem.Severity = .error) -> Problem {
    Problem(severity, message: message, remedy: remedy)
}

private func meant(_ name: String, _ candidates: some Sequence<String>) -> String? {
    Suggestion.nearest(to: name, in: candidates).map { "Did you mean “\($0)”?" }
}

private func idProblems(_ id: String, _ kind: String, isFirst: Bool) -> [Problem] {
    var found: [Problem] = []
    if id.isEmpty {
        found.append(problem("A \(kind) has an empty name.", "Give it the name that stands in the readings."))
    }
    if id.utf8.count > Normaliser.longestName {
        found.append(
            problem(
                "The \(kind) “\(id.prefix(40))…” has a name of \(id.utf8.count) bytes.",
                "Use at most \(Normaliser.longestName); readings with longer names are refused."
            )
        )
    }
    if !isFirst {
        found.append(
            problem(
                "The \(kind) “\(id)” stands in the catalogue more than once; only the first counts.",
                "Remove or rename this one."
            )
        )
    }
    return found
}

private func unitProblems(_ unit: String, _ name: String) -> [Problem] {
    guard Unit(unit) == nil else { return [] }
    // A unit that no table knows still works as text, as long as devices write it the same way.
    let remedy =
        Unit.suggestion(for: unit).map { "Did you mean “\($0)”?" }
        ?? "Write a SenML or UCUM code, or let every device send exactly this text."
    return [
        problem(
            "\(name) has the unit “\(unit)”, which is not known, so nothing can be converted to or from it.",
            remedy,
            .warning
        )
    ]
}

private func rangeProblems(_ range: ValueRange?, _ name: String) -> [Problem] {
    guard let range else { return [] }
    var found: [Problem] = []
    if ![range.min, range.max].allSatisfy({ $0?.isFinite ?? true }) {
        found.append(
            problem("\(name) has a range that is not finite.", "Leave out the end that does not exist.")
        )
    } else if let min = range.min, let max = range.max, min > max {
        found.append(
            problem(
                "\(name) has a range from \(min) to \(max), which no value can be in.",
                "Write the smaller number as min."
            )
        )
    }
    return found
}

private func calibrationProblems(scale: Double, offset: Double, _ name: String) -> [Problem] {
    var found: [Problem] = []
    if !scale.isFinite || !offset.isFinite {
        found.append(problem("\(name) has a scale or an offset that is not finite.", "Write plain numbers."))
    } else if scale == 0 {
        found.append(
            problem(
                "\(name) has the scale 0, which makes every reading the same.",
                "Write the factor, or leave it out."
            )
        )
    }
    return found
}

private func intervalProblems(_ interval: TimeSpan?, _ name: String) -> [Problem] {
    guard let interval, interval <= .zero else { return [] }
    return [
        problem(
            "\(name) has an expected interval of \(interval), but time between readings is always positive.",
            "Write a duration such as 1m, or leave it out."
        )
    ]
}

private func placeProblems(_ place: Place, _ name: String) -> [Problem] {
    var found: [Problem] = []
    if (place.latitude == nil) != (place.longitude == nil) {
        found.append(
            problem("\(name) has only one of latitude and longitude.", "Give both, or neither.")
        )
    }
    if let latitude = place.latitude, !(-90...90).contains(latitude) {
        let isSwapped = place.longitude.map { (-90...90).contains($0) && abs(latitude) <= 180 } ?? false
        found.append(
            problem(
                "\(name) has the latitude \(latitude), outside of -90 to 90.",
                isSwapped ? "Latitude and longitude seem to be swapped." : "Write WGS 84 degrees."
            )
        )
    }
    if let longitude = place.longitude, !(-180...180).contains(longitude) {
        found.append(
            problem("\(name) has the longitude \(longitude), outside of -180 to 180.", "Write WGS 84 degrees.")
        )
    }
    return found
}
