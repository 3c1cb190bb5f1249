import Foundation
import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow
import Testing

@testable import GanzhiConfig

@Suite struct SchemaTests {
    typealias JSON = [String: Any]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Schemas")

    static func schema(_ file: String) throws -> JSON {
        let data = try Data(contentsOf: folder.appending(path: file))
        return try #require(try JSONSerialization.jsonObject(with: data) as? JSON)
    }

    /// What `file.json#/$defs/name` points at.
    static func definition(_ reference: String) throws -> JSON {
        let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        return try parts[1].split(separator: "/").reduce(try schema(String(parts[0]))) { object, key in
            try #require(object[String(key)] as? JSON)
        }
    }

    @Test(arguments: KeySet.all.map(\.schema))
    func `a schema lists exactly the keys that its reader knows`(reference: String) throws {
        let keys = try #require(KeySet.all.first { $0.schema == reference })
        let properties = try #require(try Self.definition(reference)["properties"] as? JSON)
        #expect(Set(properties.keys) == Set(keys.known))
        #expect(try Self.definition(reference)["additionalProperties"] as? Bool == false)
        #expect(Set(keys.known).isDisjoint(with: keys.later.keys))
        #expect(Set(keys.known).isDisjoint(with: keys.refused.keys))
    }

    @Test(arguments: ["config.schema.json", "catalogue.schema.json", "scenario.schema.json", "test.schema.json"])
    func `a reader knows every mapping of a schema`(file: String) throws {
        let definitions = try #require(try Self.schema(file)["$defs"] as? JSON)
        for (name, definition) in definitions where (definition as? JSON)?["properties"] != nil {
            #expect(KeySet.all.contains { $0.schema == "\(file)#/$defs/\(name)" }, "\(name)")
        }
    }

    @Test(arguments: [
        "config.schema.json", "catalogue.schema.json", "scenario.schema.json", "test.schema.json",
        "reading.schema.json", "event.schema.json",
    ])
    func `every member is described, so that editors can help`(file: String) throws {
        let schema = try Self.schema(file)
        #expect(schema["title"] is String)
        let definitions = schema["$defs"] as? JSON ?? [:]
        for (name, object) in [("the whole", schema)]
            + definitions.compactMap({ key, value in
                (value as? JSON).map { (key, $0) }
            })
        {
            for (key, property) in object["properties"] as? JSON ?? [:] {
                let property = try #require(property as? JSON)
                let target = (property["$ref"] as? String)?.split(separator: "/").last.flatMap {
                    definitions[String($0)]
                }
                let isDescribed = property["description"] ?? property["const"] ?? (target as? JSON)?["description"]
                #expect(isDescribed != nil || key == "data", "\(name): \(key)")
            }
        }
    }

    @Test func `the words of a schema are those of the readers`() throws {
        func words(_ reference: String, _ key: String) throws -> [String] {
            let properties = try #require(try Self.definition(reference)["properties"] as? JSON)
            return try #require((properties[key] as? JSON)?["enum"] as? [String])
        }
        let scenario = "scenario.schema.json#"
        #expect(try words(scenario, "stage") == Scenario.Stage.allCases.map(\.rawValue))
        #expect(try words(scenario, "category") == AlertCategory.allCases.map(\.rawValue))
        #expect(try words(scenario, "urgency") == AlertUrgency.allCases.map(\.rawValue))
        #expect(try words(scenario + "/$defs/source", "kind") == Scenario.Source.Kind.allCases.map(\.rawValue))
        let catalogue = "catalogue.schema.json#/$defs/"
        #expect(try words(catalogue + "metric", "kind") == MetricKind.allCases.map(\.rawValue))
        #expect(try words(catalogue + "device", "grading") == SharingWords.grading.map(\.word))
        #expect(try words(catalogue + "device", "sharing") == SharingWords.sharing.map(\.word))
        let config = "config.schema.json#"
        #expect(try words(config, "status") == AlertStatus.allCases.map(\.rawValue))
        #expect(try words(config + "/$defs/feed", "format") == FeedFormat.allCases.map(\.rawValue))
        #expect(
            try words(config + "/$defs/mapping", "time-format") == JSONMapping.TimeFormat.allCases.map(\.rawValue)
        )
        #expect(try words(scenario + "/$defs/maintenance", "on") == DayType.allCases.map(\.rawValue))
        let taken = try #require(
            try Self.definition(scenario + "/properties/measures/propertyNames/not")["enum"] as? [String]
        )
        #expect(taken == ConditionParser.keywords)
        let kinds = try words("test.schema.json#/$defs/expectation", "event")
        #expect(kinds == WarningExpectation.Kind.allCases.map(\.rawValue))
        let measure = try #require(try Self.definition(scenario + "/$defs/measure")["pattern"] as? String)
        let functions = WindowFunction.names.joined(separator: "|")
        #expect(measure == #"^\s*(\#(functions)|p[1-9][0-9]?)\s*\(.*\)\s*$"#)
    }
}
