import Foundation
import GanzhiTestSupport
import Testing

/// The files that `deploy/package` makes a service of.
@Suite struct DeploymentTests {
    static let deploy = SharedData.checkout.appending(path: "deploy")

    @Test(.needs("systemd-analyze")) func `the unit is confined as far as systemd's own measure goes`() throws {
        let unit = Self.deploy.appending(path: "systemd/ganzhi.service").path
        // In tenths: 2.0 at most.
        let result = try ChildProcess.run(
            try #require(ChildProcess.find("systemd-analyze")),
            ["security", "--offline=yes", "--threshold=20", "--no-pager", unit]
        )
        #expect(result.status == 0, "\(result.text.suffix(400)) \(result.errors)")
    }

    @Test(.needs("systemd-analyze")) func `systemd understands every line of the unit`() throws {
        let text = try String(contentsOf: Self.deploy.appending(path: "systemd/ganzhi.service"), encoding: .utf8)
        let folder = try TemporaryFolder()
        // Verified where the program and its manual page need not be installed.
        let lines = text.replacing("/usr/bin/ganzhi", with: Ganzhi.executable).split(separator: "\n")
            .filter { !$0.hasPrefix("Documentation=") }
        let unit = try folder.write(lines.joined(separator: "\n"), to: "ganzhi.service")
        let result = try ChildProcess.run(
            try #require(ChildProcess.find("systemd-analyze")),
            ["verify", "--man=no", unit.path]
        )
        let complaints = result.errors.split(separator: "\n").filter { $0.contains("ganzhi.service") }
        #expect(complaints.isEmpty)
    }

    @Test(.needs("mandoc")) func `the manual page is made from the command line and has no faults`() throws {
        let folder = try TemporaryFolder()
        let help = try Ganzhi.succeed(["--experimental-dump-help"])
        let input = try folder.write(help.text, to: "help.json")
        let page = try ChildProcess.run(
            Self.deploy.appending(path: "manual.py").path,
            ["0.1.0", "2026-06-20"],
            input: input
        )
        #expect(page.status == 0, "\(page.errors)")
        let file = try folder.write(page.text, to: "ganzhi.1")
        let lint = try ChildProcess.run(try #require(ChildProcess.find("mandoc")), ["-Tlint", "-Wwarning", file.path])
        #expect(lint.status == 0, "\(lint.text)")
        for command in ["ganzhi run", "ganzhi replay", "ganzhi silence add", "ganzhi bench mqtt"] {
            #expect(page.text.contains(".SS \(command)\n"))
        }
        #expect(page.text.contains("--log-format".replacing("-", with: "\\-")))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `a shell understands its completion`(shell: String) throws {
        let program = try #require(ChildProcess.find(shell), "\(shell) is missing: deploy/install-packages")
        let folder = try TemporaryFolder()
        let script = try Ganzhi.succeed(["--generate-completion-script", shell])
        let file = try folder.write(script.text, to: "completion")
        let result = try ChildProcess.run(program, ["-n", file.path])
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(script.text.contains("log-format"))
    }
}

extension ProgramTests {
    @Test(.needsBroker, .needs("logrotate"))
    func `logrotate moves the event log away, and no event is lost or told twice`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let log = city.path("events.ndjson")
        // logrotate keeps away from folders that others may write to.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: city.folder.url.path)
        let rules = try String(contentsOf: DeploymentTests.deploy.appending(path: "logrotate/ganzhi"), encoding: .utf8)
            .replacing("/var/log/ganzhi/events.ndjson", with: log)
            .replacing("    su ganzhi ganzhi\n", with: "")
        let file = try city.folder.write(rules, to: "logrotate.conf")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        func rotate() throws {
            let result = try ChildProcess.run(
                try #require(ChildProcess.find("logrotate")),
                ["--force", "--state", city.path("logrotate.state"), file.path]
            )
            #expect(result.status == 0, "\(result.errors)")
        }
        func rotated() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: city.folder.url.path)
                .filter { $0.hasPrefix("events.ndjson-") }.sorted()
        }
        let daemon = try city.start()
        try city.publish(Reading.steady(30, "d1", from: LoadRecord.start, seconds: 3))
        try city.waitForEvent("warning.raised")
        try eventually("the first line") { FileManager.default.fileExists(atPath: log) }
        try eventually("the whole first line") { try String(contentsOfFile: log, encoding: .utf8).hasSuffix("\n") }
        try rotate()
        #expect(try rotated().count == 1)
        #expect(!FileManager.default.fileExists(atPath: log), "the daemon makes the next one")
        try city.publish(Reading.steady(0, "d1", from: LoadRecord.start + 3000, seconds: 4))
        try city.waitForEvent("warning.cleared")
        try city.stop(daemon)
        let pieces = try rotated().map { city.path($0) } + [log]
        let lines = try pieces.flatMap {
            try String(contentsOfFile: $0, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        #expect(pieces.count == 2)
        #expect(lines == (try city.events().map(\.line)))
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs a test where a program of `deploy/install-packages` is installed.
    static func needs(_ program: String) -> Self {
        .enabled(
            if: ChildProcess.find(program) != nil,
            Comment(rawValue: "\(program) is not on the PATH: deploy/install-packages")
        )
    }
}
