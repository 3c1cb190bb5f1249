import GanzhiCatalogue
import GanzhiModel

/// Reads metrics or devices from one CSV file; the header says which.
///
/// - Devices: `id,type,district,latitude,longitude,area,geocode,owner,expected-interval,grading,sharing,label:NAME,…`
/// - Metrics: `id,unit,kind,min,max,title:en,…`
///
/// Columns may stand in any order, all but `id` may be left out, and an empty field says nothing.
struct CatalogueCSV {
    private(set) var metrics: [(definition: MetricDefinition, place: PlacedCatalogue.EntryPlace)] = []
    private(set) var devices: [(definition: DeviceDefinition, place: PlacedCatalogue.EntryPlace)] = []
    private(set) var problems: [Problem] = []

    private let source: SourceText
    private var columns: [Column] = []

    /// What the fields of a column say.
    enum Column: Hashable {
        case device(DeviceColumn)
        case metric(MetricColumn)
        /// A label of a device, or the language of a metric's title.
        case named(String)

        var isID: Bool { self == .device(.id) || self == .metric(.id) }
    }

    /// The fixed columns of devices.
    enum DeviceColumn: String, CaseIterable {
        case id, type, district, latitude, longitude, area, geocode, owner
        case expectedInterval = "expected-interval"
        case grading, sharing
    }

    /// The fixed columns of metrics.
    enum MetricColumn: String, CaseIterable {
        case id, unit, kind, min, max
    }

    /// Problems of one file that are reported; a wrong column would otherwise fill the screen.
    private static let maximumProblems = 100

    init(_ source: SourceText) { self.source = source }

    /// Reads the whole text.
    mutating func read() {
        var rows = CSVText(source)
        var isMetrics: Bool?
        while problems.count < Self.maximumProblems {
            do throws(Problem) {
                guard let fields = try rows.next() else { break }
                if let isMetrics {
                    readRow(fields, isMetrics: isMetrics)
                } else {
                    guard let kind = readHeader(fields) else { return }
                    isMetrics = kind
                }
            } catch {
                problems.append(error)
                if isMetrics == nil { return }
            }
        }
        if isMetrics == nil {
            problems.append(
                Problem(
                    file: source.file,
                    line: 1,
                    column: 1,
                    message: "The file is empty.",
                    remedy: "Begin with a header, such as `id,type,district`."
                )
            )
        }
        if problems.count >= Self.maximumProblems {
            problems.append(
                Problem(
                    file: source.file,
                    message: "Reading stopped after \(Self.maximumProblems) problems.",
                    remedy: "Correct these first."
                )
            )
        }
    }

    /// Checks the header; says whether it is one of metrics, or `nil` after a report.
    private mutating func readHeader(_ fields: [CSVText.Field]) -> Bool? {
        let names = fields.map { field in
            var name = Substring(field.text).drop(while: \.isWhitespace)
            while name.last?.isWhitespace == true { name.removeLast() }
            return String(name)
        }
        if names.count == 1, let separator = names[0].first(where: { $0 == ";" || $0 == "\t" }) {
            report(
                fields[0],
                "The columns are separated by \(separator == ";" ? "semicolons" : "tabs").",
                "Separate them with commas."
            )
            return nil
        }
        let isMetrics = names.contains { $0 != "id" && MetricColumn(rawValue: $0) != nil || $0.hasPrefix("title:") }
        let count = problems.count
        columns = zip(names, fields).compactMap { readColumn($0, $1, isMetrics: isMetrics) }
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            report(fields[index], "The column \(ScalarText.quoted(name)) stands twice.", "Keep one of them.")
        }
        if problems.count == count, !columns.contains(where: \.isID) {
            report(fields[0], "The header has no column `id`.", "Add the column with the names.")
        }
        return problems.count == count ? isMetrics : nil
    }

    private mutating func readColumn(_ name: String, _ field: CSVText.Field, isMetrics: Bool) -> Column? {
        let prefix = isMetrics ? "title:" : "label:"
        if name.hasPrefix(prefix) {
            let rest = String(name.dropFirst(prefix.count))
            guard isMetrics ? YAMLValue.isLanguageTag(rest) : !rest.isEmpty else {
                report(
                    field,
                    "\(ScalarText.quoted(name)) names no \(isMetrics ? "language" : "label").",
                    isMetrics ? "Write for example `title:zh-Hans`." : "Write for example `label:site`."
                )
                return nil
            }
            return .named(rest)
        }
        if isMetrics, let column = MetricColumn(rawValue: name) { return .metric(column) }
        if !isMetrics, let column = DeviceColumn(rawValue: name) { return .device(column) }
        let known = isMetrics ? MetricColumn.allCases.map(\.rawValue) : DeviceColumn.allCases.map(\.rawValue)
        report(
            field,
            "\(ScalarText.quoted(name)) is not a column of \(isMetrics ? "metrics" : "devices").",
            didYouMean(name, among: known) ?? "The columns are \(ScalarText.list(known)), `\(prefix)NAME`."
        )
        return nil
    }

    private mutating func readRow(_ fields: [CSVText.Field], isMetrics: Bool) {
        guard fields.count == columns.count else {
            report(
                fields[0],
                "The row has \(fields.count) fields, but the header has \(columns.count).",
                "Write one field for each column; put a text with commas in double quotes."
            )
            return
        }
        if isMetrics { readMetric(fields) } else { readDevice(fields) }
    }

    private mutating func readMetric(_ fields: [CSVText.Field]) {
        var metric = MetricDefinition(id: "")
        var bounds: (min: CSVText.Field?, max: CSVText.Field?)
        var idField = fields[0]
        for (column, field) in zip(columns, fields) where !field.text.isEmpty {
            switch column {
            case .metric(.id): (metric.id, idField) = (field.text, field)
            case .metric(.unit): metric.unit = field.text
            case .metric(.kind):
                let kinds = MetricKind.allCases.map { ($0.rawValue, $0) }
                metric.kind =
                    read(field) { text throws(Fault) in try ScalarText.choice(text, of: "kind", kinds) } ?? .gauge
            case .metric(.min): bounds.min = field
            case .metric(.max): bounds.max = field
            case .named(let language): metric.titles[language] = field.text
            case .device: break
            }
        }
        let canonical = metric.unit.flatMap { Unit($0) }
        let id = metric.id
        func bound(_ field: CSVText.Field?) -> Double? {
            field.flatMap { field in
                read(field) { text throws(Fault) in
                    try ScalarText.quantity(text).value(in: canonical, of: id, asDifference: false)
                }
            }
        }
        let (minimum, maximum) = (bound(bounds.min), bound(bounds.max))
        if minimum != nil || maximum != nil { metric.range = ValueRange(min: minimum, max: maximum) }
        metrics.append((metric, place(of: idField)))
    }

    private mutating func readDevice(_ fields: [CSVText.Field]) {
        var device = DeviceDefinition(id: "")
        var place = Place()
        var idField = fields[0]
        for (column, field) in zip(columns, fields) where !field.text.isEmpty {
            switch column {
            case .device(let column): read(field, column, into: &device, &place)
            case .named(let label): device.labels[label] = field.text
            case .metric: break
            }
            if column.isID { idField = field }
        }
        if place != Place() { device.place = place }
        devices.append((device, self.place(of: idField)))
    }

    private mutating func read(
        _ field: CSVText.Field,
        _ column: DeviceColumn,
        into device: inout DeviceDefinition,
        _ place: inout Place
    ) {
        switch column {
        case .id: device.id = field.text
        case .type: device.type = field.text
        case .district: device.district = field.text
        case .latitude: place.latitude = read(field, ScalarText.decimal)?.doubleValue
        case .longitude: place.longitude = read(field, ScalarText.decimal)?.doubleValue
        case .area: place.area = field.text
        case .geocode: place.geocode = field.text
        case .owner: device.owner = field.text
        case .expectedInterval: device.expectedInterval = read(field, ScalarText.duration)
        case .grading:
            device.grading = read(field) { text throws(Fault) in
                try ScalarText.choice(text, of: "grading", SharingWords.grading)
            }
        case .sharing:
            device.sharing = read(field) { text throws(Fault) in
                try ScalarText.choice(text, of: "sharing", SharingWords.sharing)
            }
        }
    }

    private mutating func read<Value>(
        _ field: CSVText.Field,
        _ parse: (String) throws(Fault) -> Value
    ) -> Value? {
        do throws(Fault) {
            return try parse(field.text)
        } catch {
            report(field, error.message, error.remedy)
            return nil
        }
    }

    private func place(of field: CSVText.Field) -> PlacedCatalogue.EntryPlace {
        let (line, column) = source.place(ofByte: field.offset)
        return PlacedCatalogue.EntryPlace(file: source.file, line: line, column: column)
    }

    private mutating func report(_ field: CSVText.Field, _ message: String, _ remedy: String) {
        let place = place(of: field)
        problems.append(
            Problem(
                file: place.file,
                line: place.line,
                column: place.column,
                message: message,
                remedy: remedy
            )
        )
    }
}
