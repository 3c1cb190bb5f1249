import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport
import GanzhiWarnings
import GanzhiWindow
import Yams

/// A file of `Tests/Cases`: sentences of the design, each with settings, input and what must come of it.
///
/// Its keys are described in the folder's README; one that is not known is an error, so that a misspelt expectation is
/// not an empty one.
struct CaseFile {
    /// One sentence.
    struct Case: Sendable {
        var file: String
        var sentence: String
        var generation: Generation
        var lines: [ReferenceLine]
        var windows: [ExpectedWindow]
        var ledger: [String: Int]
        /// Events in the order in which they leave; `nil` where nothing is said about them.
        var events: [ExpectedEvent]?
        /// Whether the settings cannot work.
        var isRefused: Bool

        var name: String { "\(file): \(sentence)" }
    }

    /// What is said about a window line; what is `nil` is not said.
    struct ExpectedWindow: Sendable {
        var key: String
        var scenario: String
        var measure: String
        var function: WindowFunction
        var start: Int64
        var end: Int64
        var value: Double
        var count: Int?
        var coverage: Double?
        var good: Double
        var revision: Int
    }

    /// What is said about an event.
    struct ExpectedEvent: Sendable {
        var type: String
        var level: String
        var instant: Int64
        var key: String
    }

    /// Why a file cannot be read.
    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    /// Every case of every file.
    static func all() throws -> [Case] {
        let folder = SharedData.checkout.appending(path: "Tests/Cases")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }.flatMap { file in
            do {
                return try cases(in: String(contentsOf: file, encoding: .utf8), of: file.lastPathComponent)
            } catch {
                throw Fault(description: "\(file.lastPathComponent): \(error)")
            }
        }
    }

    static func cases(in text: String, of file: String) throws -> [Case] {
        guard let root = try Yams.compose(yaml: text) else { throw Fault(description: "is empty") }
        let keys = try Keys(root, "the file", ["about", "zone", "policy", "catalogue", "cases"])
        return try keys["cases", default: nil].items.map { node in
            let sentence = try node.mapping?["case"]?.text ?? "a case without a sentence"
            do {
                return try Self.read(node, sentence: sentence, file: file, defaults: keys)
            } catch {
                throw Fault(description: "“\(sentence)”: \(error)")
            }
        }
    }

    private static func read(_ node: Node, sentence: String, file: String, defaults: Keys) throws -> Case {
        let keys = try Keys(
            node,
            "a case",
            [
                "case", "why", "zone", "policy", "policies", "catalogue", "input", "windows", "ledger", "events",
                "refused",
            ]
        )
        let policies: [Node?] = try keys["policies"]?.items ?? [keys["policy"]]
        let catalogue = try PolicyReader.catalogue(keys["catalogue"] ?? defaults["catalogue"])
        let generation = Generation(
            calendar: try (keys["zone"] ?? defaults["zone"]).map { DayCalendar(zone: try $0.text) } ?? .shanghai,
            catalogue: catalogue,
            scenarios: try policies.map { try PolicyReader($0, defaults: defaults["policy"]).scenario() }
        )
        let lines = try keys["input"]?.text.split(separator: "\n").map { ReferenceLine(written: String($0)) } ?? []
        return Case(
            file: file,
            sentence: sentence,
            generation: generation,
            lines: lines,
            windows: try keys["windows"]?.items.map { try window($0, of: generation) } ?? [],
            ledger: try Dictionary(
                uniqueKeysWithValues: keys["ledger"]?.entries.map { (try $0.key.text, try $0.value.whole) } ?? []
            ),
            events: try keys["events"]?.items.map(event),
            isRefused: try keys["refused"]?.text == "true"
        )
    }

    private static func window(_ node: Node, of generation: Generation) throws -> ExpectedWindow {
        let keys = try Keys(
            node,
            "a window",
            ["scenario", "key", "measure", "start", "end", "count", "value", "coverage", "good", "revision"]
        )
        let scenarios = generation.scenarios
        let scenario = try keys["scenario"].map { node in
            let id = try node.text
            guard let known = scenarios.first(where: { $0.id == id }) else {
                throw Fault(description: "there is no scenario `\(id)`")
            }
            return known
        }
        let measures = (scenario ?? scenarios[0]).measures
        let name = try keys["measure"]?.text ?? measures[0].name
        guard let measure = measures.first(where: { $0.name == name }) else {
            throw Fault(description: "there is no measure `\(name)`")
        }
        return ExpectedWindow(
            key: try keys["key"]?.text ?? "d1",
            scenario: (scenario ?? scenarios[0]).id,
            measure: name,
            function: measure.function,
            start: try keys["start", default: nil].instant,
            end: try keys["end", default: nil].instant,
            value: try keys["value", default: nil].number,
            count: try keys["count"]?.whole,
            coverage: try keys["coverage"]?.number,
            good: try keys["good"]?.number ?? 1,
            revision: try keys["revision"]?.whole ?? 0
        )
    }

    private static func event(_ node: Node) throws -> ExpectedEvent {
        let keys = try Keys(node, "an event", ["type", "level", "instant", "key"])
        return ExpectedEvent(
            type: try keys["type", default: nil].text,
            level: try keys["level", default: nil].text,
            instant: try keys["instant", default: nil].instant,
            key: try keys["key"]?.text ?? "d1"
        )
    }
}

/// The entries of a mapping whose keys are all known.
struct Keys {
    private let what: String
    private let mapping: Node.Mapping

    init(_ node: Node, _ what: String, _ known: Set<String>) throws {
        guard let mapping = node.mapping else { throw CaseFile.Fault(description: "\(what) is no mapping") }
        for key in mapping.keys where !known.contains(try key.text) {
            throw CaseFile.Fault(description: "\(what) has no key `\(try key.text)`")
        }
        (self.what, self.mapping) = (what, mapping)
    }

    subscript(_ key: String) -> Node? { mapping[key] }

    /// An entry that must be there, unless a default is given.
    subscript(_ key: String, default default: Node?) -> Node {
        get throws {
            guard let node = mapping[key] ?? `default` else {
                throw CaseFile.Fault(description: "\(what) lacks `\(key)`")
            }
            return node
        }
    }
}

extension Node {
    var items: [Node] {
        get throws {
            guard let sequence else { throw CaseFile.Fault(description: "a list is expected") }
            return Array(sequence)
        }
    }

    var entries: [(key: Node, value: Node)] {
        get throws {
            guard let mapping else { throw CaseFile.Fault(description: "a mapping is expected") }
            return Array(mapping)
        }
    }

    var text: String {
        get throws {
            guard let scalar else { throw CaseFile.Fault(description: "one value is expected") }
            return scalar.string
        }
    }

    /// A number, or a fraction such as `1/3`.
    var number: Double {
        get throws {
            let parts = try text.split(separator: "/").map { Double($0.filter { $0 != "_" }) }
            switch parts.count {
            case 1: if let number = parts[0] { return number }
            case 2: if let above = parts[0], let below = parts[1] { return above / below }
            default: break
            }
            throw CaseFile.Fault(description: "`\(try text)` is no number")
        }
    }

    var whole: Int {
        get throws { Int(try number) }
    }

    /// Milliseconds since 1970, or a date and time.
    var instant: Int64 {
        get throws { try milliseconds(ofDate: text) ?? Int64(number) }
    }

    var span: TimeSpan {
        get throws {
            guard let span = TimeSpan(try text) else {
                throw CaseFile.Fault(description: "`\(try text)` is no duration")
            }
            return span
        }
    }
}
