import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiConfig

@Suite struct CatalogueReaderTests {
    static func read(yaml: String...) -> (catalogue: Catalogue, problems: [Problem]) {
        var reader = CatalogueReader()
        for (index, text) in yaml.enumerated() {
            reader.read(yaml: SourceText(file: "\(index).yaml", text: text))
        }
        let (placed, problems) = reader.finish()
        return (placed.catalogue, problems)
    }

    static func read(csv: String) -> (catalogue: Catalogue, problems: [Problem]) {
        var reader = CatalogueReader()
        reader.read(csv: SourceText(file: "c.csv", text: csv))
        let (placed, problems) = reader.finish()
        return (placed.catalogue, problems)
    }

    @Test func `a street flood sensor is calibrated in the units of its data sheet`() throws {
        // The devices stand in the file that is read first: the unit comes from the second.
        let (catalogue, problems) = Self.read(
            yaml: """
                devices:
                  - id: daily_happy_satyr
                    metrics:
                      depth_proc_mm: {metric: depth, unit: mm, scale: -1, offset: 1578 mm, range: {min: -5 cm, max: 1.5}}
                """,
            """
            metrics:
              - {id: depth, unit: m}
            """
        )
        #expect(problems == [])
        let override = try #require(catalogue.device("daily_happy_satyr")?.metrics["depth_proc_mm"])
        #expect(
            override
                == MetricOverride(
                    metric: "depth",
                    unit: "mm",
                    scale: -1,
                    offset: 1.578,
                    range: ValueRange(min: -0.05, max: 1.5)
                )
        )
    }

    @Test func `an offset is a difference, a range is not`() throws {
        let (catalogue, problems) = Self.read(
            yaml: """
                metrics:
                  - {id: t, unit: Cel, offset: 5 K, range: {min: 233.15 K, max: 50}, kind: gauge}
                devices:
                  - {id: d, metrics: {t: {offset: -2 K, range: {max: 313.15 K}}}}
                """
        )
        #expect(problems == [])
        #expect(catalogue.metric("t")?.offset == 5)
        #expect(catalogue.metric("t")?.range == ValueRange(min: -40, max: 50))
        #expect(catalogue.device("d")?.metrics["t"]?.offset == -2)
        #expect(catalogue.device("d")?.metrics["t"]?.range == ValueRange(min: nil, max: 40))
    }

    @Test func `grading and sharing are read in the words of the law`() {
        for (word, grading) in [("核心", Grading.core), ("重要", .important), ("一般", .general), ("core", .core)] {
            let (catalogue, problems) = Self.read(yaml: "devices: [{id: d, grading: \(word)}]")
            #expect(problems == [])
            #expect(catalogue.device("d")?.grading == grading)
        }
        for (word, sharing) in [("无条件", Sharing.unconditional), ("有条件", .conditional), ("不予", .none)] {
            let (catalogue, problems) = Self.read(csv: "id,sharing\nd,\(word)\n")
            #expect(problems == [])
            #expect(catalogue.device("d")?.sharing == sharing)
        }
    }

    @Test func `a table of devices is read field by field`() {
        let (catalogue, problems) = Self.read(
            csv: [
                "label:site,id,type,latitude,longitude,area,geocode,owner,expected-interval,grading,sharing",
                #""a, ""b""",d1,flood,30.5,-120.25,"two"#, #"lines",330106,water,90s,important,none"#, "",
                ",d2,,,,,,,,,", "",
            ].joined(separator: "\r\n")
        )
        #expect(problems == [])
        #expect(
            catalogue.devices == [
                DeviceDefinition(
                    id: "d1",
                    type: "flood",
                    place: Place(latitude: 30.5, longitude: -120.25, area: "two\r\nlines", geocode: "330106"),
                    labels: ["site": "a, \"b\""],
                    owner: "water",
                    expectedInterval: .seconds(90),
                    grading: .important,
                    sharing: Sharing.none
                ),
                DeviceDefinition(id: "d2"),
            ]
        )
    }

    @Test func `a table of metrics is known by its header`() {
        let (catalogue, problems) = Self.read(csv: "title:zh-Hans,id,unit,kind,min,max\n水位,level,m,gauge,-5 cm,3\n")
        #expect(problems == [])
        #expect(
            catalogue.metrics == [
                MetricDefinition(
                    id: "level",
                    titles: ["zh-Hans": "水位"],
                    unit: "m",
                    range: ValueRange(min: -0.05, max: 3)
                )
            ]
        )
    }

    @Test func `a folder is read file by file in the order of names`() throws {
        let folder = try TemporaryFolder()
        try folder.write("id\nb\n", to: "2.csv")
        try folder.write("devices: [{id: a}]\n", to: "1.yml")
        try folder.write("devices: [{id: c}]\n", to: "3.YAML")
        try folder.write("not a catalogue", to: "README.md")
        try folder.write("[", to: ".hidden.yaml")
        var reader = CatalogueReader()
        reader.read(path: folder.url.path)
        let (placed, problems) = reader.finish()
        #expect(problems == [])
        #expect(placed.catalogue.devices.map(\.id) == ["a", "b", "c"])
    }

    @Test func `what the whole shows is reported where the entry was written`() {
        let (_, problems) = Self.read(
            yaml: "devices:\n  - id: a\n    district: nowhere\n",
            "# nothing else\ndevices:\n- {type: x, id: a}\n"
        )
        #expect(problems.map { "\($0.file):\($0.line):\($0.column)" } == ["0.yaml:2:9", "1.yaml:3:17"])
    }

    @Test func `a wrong column does not fill the screen`() {
        let rows = (0..<500).map { "d\($0),soon\n" }.joined()
        let (_, problems) = Self.read(csv: "id,expected-interval\n" + rows)
        #expect(problems.count == 101)
        #expect(problems.last?.message == "Reading stopped after 100 problems.")
    }

    @Test func `a hundred thousand devices are read in seconds`() {
        var text =
            "id,type,district,latitude,longitude,area,geocode,owner,expected-interval,grading,sharing,label:site\n"
        for index in 0..<100_000 {
            text += "dev-\(index),flood,330106,30.\(index % 1000),120.\(index % 997),\"Road \(index), north\",330106,"
            text += "water-affairs,1m,general,conditional,site-\(index % 50)\n"
        }
        text += "broken,flood\n"
        // Time of this thread only: the machine may be busy. A release build takes about a tenth of a debug one.
        let start = Self.threadTime()
        let (catalogue, problems) = Self.read(csv: text)
        let seconds = Self.threadTime() - start
        #expect(catalogue.devices.count == 100_000)
        #expect(problems.map(\.line).contains(100_002))
        #expect(seconds < 60)
    }

    /// Seconds that this thread has computed.
    private static func threadTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
