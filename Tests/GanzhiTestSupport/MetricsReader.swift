import Foundation

/// The metrics of a page, as Prometheus' own library for Python reads them.
public struct MetricsReader: Sendable {
    /// One line of a page.
    public struct Sample: Sendable, Hashable, Decodable {
        /// Its name, with `_total`, `_bucket`, `_sum` or `_count`.
        public let name: String
        /// Its labels.
        public let labels: [String: String]
        /// Its value.
        public let value: Double
    }

    /// A metric with its samples.
    public struct Family: Sendable, Hashable, Decodable {
        /// Its name, of a counter without `_total`.
        public let name: String
        /// What it is, such as `counter`.
        public let type: String
        /// What it says.
        public let help: String
        /// Its unit; empty for none.
        public let unit: String
        /// Its samples.
        public let samples: [Sample]
    }

    /// What stands on the page.
    public let families: [Family]

    private static let python = "/usr/bin/python3"

    /// Whether the library is installed.
    public static let isInstalled =
        (try? ChildProcess.run(python, ["-c", "import prometheus_client"]).status) == 0

    /// Why a test that needs it does not run.
    public static let absence = "python3-prometheus-client is not installed (apt install python3-prometheus-client)"

    private static let script = """
        import json, sys
        from prometheus_client import parser
        from prometheus_client.openmetrics import parser as strict
        text = open(sys.argv[2], encoding="utf-8", newline="").read()
        read = strict if sys.argv[1] == "openmetrics" else parser
        for family in read.text_string_to_metric_families(text):
            samples = [{"name": s.name, "labels": s.labels, "value": min(float(s.value), 1e300)} for s in family.samples]
            print(json.dumps({"name": family.name, "type": family.type, "help": family.documentation,
                              "unit": family.unit, "samples": samples}))
        """

    /// Reads a page; the reader of OpenMetrics is strict.
    public init(_ text: String, isOpenMetrics: Bool) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "page")
        let format = isOpenMetrics ? "openmetrics" : "prometheus"
        let result = try ChildProcess.run(Self.python, ["-c", Self.script, format, file.path])
        guard result.status == 0 else {
            throw HTTPAnswer.Failure(description: "the page cannot be read: \(result.errors.suffix(2000))")
        }
        families = try result.lines.map { try JSONDecoder().decode(Family.self, from: Data($0.utf8)) }
    }

    /// The value of a sample; `nil` where there is none.
    public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.lazy.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }
}
