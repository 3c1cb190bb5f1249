import Foundation
import GanzhiCity
import GanzhiModel
import Testing

@Suite struct CityReportTests {
    @Test func `an empty report is all zeros`() throws {
        let report = CityReport()
        #expect(report.ledger.values.allSatisfy { $0 == 0 })
        #expect(report.text.contains("sent 0 messages"))
        _ = try JSONSerialization.jsonObject(with: Data(report.json))
    }

    @Test func `the line of JSON says the same as the values`() throws {
        var report = CityReport()
        for message in try faultyCity() { report.add(message) }
        #expect(!report.json.contains(0x0A))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json)) as? [String: Any])
        func count(_ group: String, _ name: String) -> Int64? {
            ((object[group] as? [String: Any])?[name] as? NSNumber)?.int64Value
        }
        #expect(count("messages", "sent") == report.messages)
        #expect(count("messages", "malformed") == report.kinds[.malformed])
        #expect(count("malformed", "truncated") == report.faults[.truncated])
        #expect(count("formats", "application/json") == report.contentTypes["application/json"])
        #expect(count("metrics", "water_level") == report.metrics["water_level"])
        #expect(count("readings", "duplicate") == report.duplicates)
        #expect((object["heard"] as? NSNumber)?.int64Value == report.heard)
        #expect((object["bytes"] as? NSNumber)?.int64Value == report.bytes)
        for (column, value) in report.ledger { #expect(count("ledger", column.rawValue) == value) }
    }

    @Test func `the text names every kind that was sent`() throws {
        var report = CityReport()
        for message in try faultyCity() { report.add(message) }
        for kind in PlannedMessage.Kind.allCases { #expect(report.text.contains("\(kind.rawValue) ")) }
        #expect(report.text.contains("messages.rejected \(report.kinds[.malformed, default: 0])"))
    }
}
