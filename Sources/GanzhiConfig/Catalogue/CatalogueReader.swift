import Foundation
import GanzhiCatalogue
import GanzhiModel

/// Reads a catalogue from files of YAML and CSV.
///
/// Entries of all files make one catalogue. Numbers with a unit are converted once every file has been read, as the
/// metric that says which unit is canonical may stand in any of them.
struct CatalogueReader {
    /// What was found so far; ``finish()`` adds what only the whole shows.
    private(set) var problems: [Problem] = []
    private var placed = PlacedCatalogue()
    private var metrics: [MetricDefinition] = []
    private var devices: [DeviceDefinition] = []
    private var districts: [DistrictDefinition] = []
    private var pending: [PendingOverride] = []

    /// Settings of one metric of one device that wait for the metric's canonical unit.
    struct PendingOverride {
        let device: Int
        let incoming: String
        var offset: PendingQuantity?
        var minimum: PendingQuantity?
        var maximum: PendingQuantity?
    }

    /// A number as written, with its place for the case that its unit does not fit.
    struct PendingQuantity {
        let quantity: Quantity
        let value: YAMLValue
    }

    /// Reads a file, or every `.yaml`, `.yml` and `.csv` file of a folder in the order of their names.
    mutating func read(path: String) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return read(file: path)
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let files = names.filter { Self.isCatalogue($0) }.sorted { $0.precedesByCodePoint($1) }
        if files.isEmpty {
            problems.append(
                Problem(
                    .warning,
                    file: path,
                    message: "The folder holds no catalogue.",
                    remedy: "Put files ending in .yaml, .yml or .csv there, or leave `catalogue` out."
                )
            )
        }
        for file in files { read(file: path.hasSuffix("/") ? path + file : "\(path)/\(file)") }
    }

    private static func isCatalogue(_ name: String) -> Bool {
        !name.hasPrefix(".") && [".yaml", ".yml", ".csv"].contains { name.lowercased().hasSuffix($0) }
    }

    private mutating func read(file: String) {
        let isCSV = file.lowercased().hasSuffix(".csv")
        do throws(Problem) {
            let source = try SourceText.read(file, limit: isCSV ? SourceText.maximumCSV : SourceText.maximumYAML)
            if isCSV { read(csv: source) } else { read(yaml: source) }
        } catch {
            problems.append(error)
        }
    }

    /// Reads the text of a YAML file.
    mutating func read(yaml source: SourceText) {
        let file = YAMLFile(source)
        if let root = file.root()?.named("the catalogue").mapping(.catalogue) {
            for value in root["metrics"]?.list(of: "metrics") ?? [] { readMetric(value) }
            for value in root["districts"]?.list(of: "districts") ?? [] { readDistrict(value) }
            for value in root["devices"]?.list(of: "devices") ?? [] { readDevice(value) }
        }
        problems += file.problems
    }

    /// Reads the text of a CSV file.
    mutating func read(csv source: SourceText) {
        var reader = CatalogueCSV(source)
        reader.read()
        metrics += reader.metrics.map(\.definition)
        placed.metrics += reader.metrics.map(\.place)
        devices += reader.devices.map(\.definition)
        placed.devices += reader.devices.map(\.place)
        problems += reader.problems
    }

    /// The catalogue of everything read, and every problem found.
    mutating func finish() -> (catalogue: PlacedCatalogue, problems: [Problem]) {
        let units = Catalogue(metrics: metrics)
        for override in pending { resolve(override, units) }
        placed.catalogue = Catalogue(metrics: metrics, devices: devices, districts: districts)
        let found = placed.catalogue.problems { [placed] entry in
            placed.place(of: entry).map { ($0.file, $0.line, $0.column) } ?? ("", 0, 0)
        }
        return (placed, problems + found)
    }

    // MARK: YAML

    private static func place(of value: YAMLValue) -> PlacedCatalogue.EntryPlace {
        let source = value.file.source
        let place = value.place
        return PlacedCatalogue.EntryPlace(
            file: source.file,
            line: place.line,
            column: source.column(ofScalar: place.column, inLine: place.line)
        )
    }

    private mutating func readMetric(_ value: YAMLValue) {
        guard let mapping = value.named("a metric").mapping(.catalogueMetric) else { return }
        guard let idValue = mapping.required("id", "Write its name, such as `id: water_level`."),
            let id = idValue.text("the name of a metric")
        else { return }
        let unit = mapping["unit"]?.text("a unit")
        let canonical = unit.flatMap { Unit($0) }
        func number(_ value: YAMLValue?, asDifference: Bool = false) -> Double? {
            value?.read("a number with a unit", "Write for example `35 cm`.") { text throws(Fault) in
                try ScalarText.quantity(text).value(in: canonical, of: id, asDifference: asDifference)
            }
        }
        let range = mapping["range"]?.mapping(.catalogueRange).map {
            ValueRange(min: number($0["min"]), max: number($0["max"]))
        }
        let aliases = mapping["aliases"]?.list(of: "names").map { $0.compactMap { $0.text("a name") } } ?? []
        metrics.append(
            MetricDefinition(
                id: id,
                titles: mapping["title"]?.localized() ?? [:],
                unit: unit,
                kind: mapping["kind"]?.choice(of: MetricKind.self) ?? .gauge,
                range: range,
                aliases: aliases,
                scale: mapping["scale"]?.number() ?? 1,
                offset: number(mapping["offset"], asDifference: true) ?? 0
            )
        )
        placed.metrics.append(Self.place(of: idValue))
    }

    private mutating func readDistrict(_ value: YAMLValue) {
        guard let mapping = value.named("a district").mapping(.catalogueDistrict) else { return }
        guard let codeValue = mapping.required("code", "Write its code, such as `code: 330106`."),
            let code = codeValue.text("the code of a district")
        else { return }
        districts.append(
            DistrictDefinition(
                code: code,
                titles: mapping["name"]?.localized() ?? [:],
                parent: mapping["parent"]?.text("the code of a district")
            )
        )
        placed.districts.append(Self.place(of: codeValue))
    }

    private mutating func readDevice(_ value: YAMLValue) {
        guard let mapping = value.named("a device").mapping(.catalogueDevice) else { return }
        guard let idValue = mapping.required("id", "Write the name that it sends under, such as `id: up-0017`."),
            let id = idValue.text("the name of a device")
        else { return }
        var labels: [String: String] = [:]
        for entry in mapping["labels"]?.mapping(orElse: "Write labels as `{site: underpass}`.")?.entries ?? [] {
            labels[entry.key] = entry.value.text("the value of a label")
        }
        var overrides: [String: MetricOverride] = [:]
        let example = "Write the names that it sends as keys, such as `metrics: {dist: {metric: water_level}}`."
        for entry in mapping["metrics"]?.mapping(orElse: example)?.entries ?? [] {
            overrides[entry.key] = readOverride(entry, device: devices.count)
        }
        devices.append(
            DeviceDefinition(
                id: id,
                type: mapping["type"]?.text("a type"),
                district: mapping["district"]?.text("a district's code"),
                place: mapping["place"].flatMap(Self.readPlace),
                labels: labels,
                owner: mapping["owner"]?.text("the department"),
                expectedInterval: mapping["expected-interval"]?.duration(),
                grading: mapping["grading"]?.choice(SharingWords.grading),
                sharing: mapping["sharing"]?.choice(SharingWords.sharing),
                metrics: overrides
            )
        )
        placed.devices.append(Self.place(of: idValue))
    }

    private static func readPlace(_ value: YAMLValue) -> Place? {
        guard let mapping = value.mapping(.cataloguePlace) else { return nil }
        return Place(
            latitude: mapping["latitude"]?.number(),
            longitude: mapping["longitude"]?.number(),
            area: mapping["area"]?.text("the place in words"),
            geocode: mapping["geocode"]?.text("the area's code")
        )
    }

    private mutating func readOverride(_ entry: YAMLMapping.Entry, device: Int) -> MetricOverride? {
        guard let mapping = entry.value.mapping(.catalogueOverride) else { return nil }
        func quantity(_ value: YAMLValue?) -> PendingQuantity? {
            guard let value, let quantity = value.quantity() else { return nil }
            return PendingQuantity(quantity: quantity, value: value)
        }
        let range = mapping["range"]?.mapping(.catalogueRange)
        pending.append(
            PendingOverride(
                device: device,
                incoming: entry.key,
                offset: quantity(mapping["offset"]),
                minimum: quantity(range?["min"]),
                maximum: quantity(range?["max"])
            )
        )
        return MetricOverride(
            metric: mapping["metric"]?.text("the name of a metric"),
            unit: mapping["unit"]?.text("a unit"),
            scale: mapping["scale"]?.number(),
            range: range == nil ? nil : ValueRange(),
            expectedInterval: mapping["expected-interval"]?.duration()
        )
    }

    /// Converts what waits for the canonical unit of its metric.
    private mutating func resolve(_ override: PendingOverride, _ units: Catalogue) {
        guard var settings = devices[override.device].metrics[override.incoming] else { return }
        let metric = settings.metric ?? override.incoming
        let canonical = units.metric(metric)?.unit.flatMap { Unit($0) }
        func convert(_ pending: PendingQuantity?, asDifference: Bool, _ problems: inout [Problem]) -> Double? {
            guard let pending else { return nil }
            do throws(Fault) {
                return try pending.quantity.value(in: canonical, of: metric, asDifference: asDifference)
            } catch {
                let place = Self.place(of: pending.value)
                problems.append(
                    Problem(
                        file: place.file,
                        line: place.line,
                        column: place.column,
                        message: error.message,
                        remedy: error.remedy
                    )
                )
                return nil
            }
        }
        settings.offset = convert(override.offset, asDifference: true, &problems)
        if settings.range != nil {
            settings.range = ValueRange(
                min: convert(override.minimum, asDifference: false, &problems),
                max: convert(override.maximum, asDifference: false, &problems)
            )
        }
        devices[override.device].metrics[override.incoming] = settings
    }
}
