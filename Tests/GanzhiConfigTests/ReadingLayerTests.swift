import Foundation
import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiConfig

@Suite struct ReadingLayerTests {
    static func value(_ text: String) -> (file: YAMLFile, value: YAMLValue?) {
        let file = YAMLFile(SourceText(file: "f.yaml", text: "key: \(text)\n"))
        return (file, file.root()?.mapping(orElse: "")?["key"])
    }

    @Test(arguments: [
        ("60 %", 0.6), ("60%", 0.6), ("0.6", 0.6), ("100 %", 1), ("0 %", 0), ("12.5 %", 0.125), ("1", 1),
        ("'60 %'", 0.6),
        ("35 %", 0.35), ("29 %", 0.29),
    ])
    func `a percentage is a share, rounded once`(text: String, share: Double) {
        let (file, value) = Self.value(text)
        #expect(value?.share() == share)
        #expect(file.problems == [])
    }

    @Test(arguments: ["-1 %", "101 %", "60", "sixty", "60 percent", "% 60", "~", "[60 %]", "nan"])
    func `what is no percentage is refused`(text: String) {
        let (file, value) = Self.value(text)
        #expect(value?.share() == nil)
        #expect(file.problems.count == 1)
    }

    @Test(arguments: [
        ("0.35", "0.35", nil), ("35 cm", "35", "cm"), ("-5cm", "-5", "cm"), ("1e3 Pa", "1000", "Pa"),
        ("1e3", "1000", nil), ("5 eV", nil, nil), ("cm", nil, nil), ("3 5", nil, nil), ("12 µg/m³", "12", "ug/m3"),
    ])
    func `a quantity is a number and a unit`(text: String, number: String?, unit: String?) {
        let quantity = Self.value(text).value?.quantity()
        #expect(quantity?.number.description == number)
        #expect(quantity?.unit?.code == unit)
    }

    @Test(arguments: ["2026-01-01", "2024-02-29"])
    func `a day of the calendar is a day`(text: String) { #expect(Self.value(text).value?.day() == text) }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-1-1", "20260101", "2026-01-01T00:00:00Z", "today"])
    func `a day that the calendar does not have is refused`(text: String) {
        #expect(Self.value(text).value?.day() == nil)
    }

    @Test func `a number in quotes is a text`() {
        let (file, value) = Self.value("\"5\"")
        #expect(value?.wholeNumber(in: 0...9) == nil)
        #expect(file.problems.map(\.remedy) == ["Remove the quotes."])
        #expect(Self.value("5").value?.wholeNumber(in: 0...9) == 5)
    }

    @Test func `every place of a key given twice is reported, and what stands around it too`() {
        let text = "a: 1\nb: 2\na: 3\n'a': 4\nc: {d: 1, d: 2}\nb: 5\n"
        let file = YAMLFile(SourceText(file: "f.yaml", text: text))
        let root = file.root()?.mapping(orElse: "")
        #expect(root?.entries.map(\.key) == ["a", "b", "c"])
        #expect(root?["a"]?.scalarText == "1")
        #expect(root?["c"]?.mapping(orElse: "")?.entries.count == 1)
        #expect(file.problems.map { "\($0.line):\($0.column)" } == ["3:1", "4:1", "6:1", "5:11"])
    }

    @Test func `a bomb of aliases is refused before it grows`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for index in 1...40 {
            let names = Array(repeating: "*a\(index - 1)", count: 9).joined(separator: ", ")
            text += "a\(index): &a\(index) [\(names)]\n"
        }
        let file = YAMLFile(SourceText(file: "f.yaml", text: text))
        #expect(file.root() == nil)
        #expect(file.problems.map(\.message) == ["The file uses more than 32 aliases."])
    }

    @Test func `a few aliases are what they stand for`() {
        let text = "a: &x {every: 1m}\nb: *x\n"
        let file = YAMLFile(SourceText(file: "f.yaml", text: text))
        let root = file.root()?.mapping(orElse: "")
        #expect(root?["b"]?.mapping(orElse: "")?["every"]?.duration() == .minutes(1))
        #expect(file.problems == [])
    }

    @Test(arguments: ["[", "{a: ", "- "])
    func `deep nesting is refused, not followed`(opening: String) {
        for depth in [100, 5000] {
            let file = YAMLFile(SourceText(file: "f.yaml", text: "a: " + String(repeating: opening, count: depth)))
            _ = file.root()
            #expect(!file.problems.isEmpty)
        }
        let closed = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        let (file, value) = Self.value(closed)
        func descend(_ value: YAMLValue) { value.list(of: "lists")?.forEach(descend) }
        value.map(descend)
        #expect(file.problems.map(\.message) == ["Values are nested deeper than 32."])
    }

    @Test func `a file too large is refused with its size`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(String(repeating: "# much\n", count: 600_000), to: "large.yaml")
        let problems = GenerationReader.load(config: file.path).problems
        #expect(problems.map(\.message) == ["The file has 4200000 bytes; 4 MiB is the most."])
    }

    @Test func `a byte order mark and carriage returns do not shift places`() {
        let file = YAMLFile(SourceText(file: "f.yaml", text: "\u{FEFF}a: 1\r\nb: 2\r\nb: 3\r\n"))
        _ = file.root()?.mapping(orElse: "")
        #expect(file.problems.map { "\($0.line):\($0.column)" } == ["3:1"])
    }

    @Test func `twenty thousand mutations of good files crash nothing`() {
        let names =
            Examples.files(in: "good", ending: ".yaml") + Examples.files(in: "good", ending: ".csv")
            + Examples.files(in: "bad", ending: ".yaml")
        let seeds = names.compactMap { name in
            FileManager.default.contents(atPath: Examples.path(name)).map { (name, [UInt8]($0)) }
        }
        let snippets = [
            ":", ": ", "- ", "{", "}", "[", "]", "\"", "'", "&a ", "*a", "!!int ", "|\n", ">-\n", "\n", "\t", "#", "%",
            "9999999999999999999", "-1", "1e999", "\u{0}", "\u{85}", "水", "é", "\u{301}", "(", ")", ">=", "every:",
            "? ", "---\n", "<<: *a\n", "~", "\u{F0000}", "1 m", "5m", ",", "\r\n", "\\u12", "not ",
        ].map { Array($0.utf8) }
        var random = SeededGenerator(seed: 20)
        var found = 0
        for _ in 0..<20_000 {
            let (name, seed) = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes.insert(contentsOf: snippets.randomElement(using: &random)!, at: place)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
                case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 3:
                    let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
                    bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
                default: bytes.removeLast(bytes.count - place)
                }
            }
            // Bytes that are no UTF-8 are refused before; mended ones reach further.
            let source = SourceText(file: name, text: String(decoding: bytes, as: UTF8.self))
            found += Self.read(source).count
        }
        #expect(found > 20_000)
    }

    /// Reads a text as what its name says, and prints what was found.
    private static func read(_ source: SourceText) -> [Problem] {
        let problems: [Problem]
        if source.file.hasSuffix(".csv") || source.file.contains("catalogue") {
            var reader = CatalogueReader()
            if source.file.hasSuffix(".csv") { reader.read(csv: source) } else { reader.read(yaml: source) }
            problems = reader.finish().problems
        } else {
            let file = YAMLFile(source)
            if source.file.contains("config") || source.file.hasSuffix("ganzhi.yaml") {
                _ = ConfigReader(file: file, environment: [:]).read()
            } else {
                var reader = ScenarioReader(file, catalogue: PlacedCatalogue())
                _ = reader.read()
            }
            problems = file.problems
        }
        for problem in problems where problem.line > 0 {
            let line = source.line(problem.line)
            precondition(line != nil || problem.line == source.lineCount + 1, "a problem stands behind the file")
            precondition(problem.column >= 1 && problem.column <= (line?.count ?? 0) + 1, "\(problem)")
            _ = ProblemText.underline(String(line ?? ""), at: problem.column)
        }
        _ = ProblemText.jsonLines(of: problems)
        return problems
    }
}
