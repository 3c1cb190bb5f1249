import Foundation
import GanzhiTestSupport

extension Installation {
    /// Writes a second configuration, like the first but with a data folder, client and event log of its own.
    func configure(data: String) throws -> [String] {
        let text = try String(contentsOfFile: path("ganzhi.yaml"), encoding: .utf8)
            .replacing("data: data\n", with: "data: \(data)\n")
            .replacing("client-id: ganzhi-test", with: "client-id: ganzhi-\(data)")
            .replacing("events.ndjson", with: "\(data).ndjson")
        try folder.write(text, to: "\(data).yaml")
        return ["--config", path("\(data).yaml")]
    }
}

/// One line of `ganzhi verify --json`.
struct Finding {
    let check: String
    let result: String
    let detail: String

    init(_ line: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String] ?? [:]
        (check, result, detail) = (object["check"] ?? "", object["result"] ?? "", object["detail"] ?? "")
    }

    /// What `ganzhi verify` finds in a data folder, and its exit code.
    static func all(_ folder: String) throws -> (findings: [Finding], status: Int32) {
        let result = try Ganzhi.run(["verify", "--json", folder])
        return (try result.lines.map(Finding.init), result.status)
    }

    /// The checks that find something broken.
    static func broken(_ folder: String) throws -> [String] {
        let (findings, status) = try all(folder)
        let broken = findings.filter { $0.result == "broken" }.map(\.check)
        guard findings.count > 8, (status == 0) == broken.isEmpty else {
            throw Ganzhi.Failure(description: "verify of \(folder) ended with \(status) and said \(findings)")
        }
        return broken
    }
}
