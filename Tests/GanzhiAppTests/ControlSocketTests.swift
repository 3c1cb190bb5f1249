import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `only the owner may give commands, or a group that may write to the data folder`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        func mode() throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: city.path("data/control.sock"))[.posixPermissions] as? Int
        }
        let daemon = try city.start()
        #expect(try mode() == 0o600)
        try city.stop(daemon)
        #expect(!FileManager.default.fileExists(atPath: city.path("data/control.sock")))
        try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: city.path("data"))
        let second = try city.start()
        #expect(try mode() == 0o660)
        try city.stop(second)
    }

    @Test(.needsBroker) func `a socket that a dead daemon left is replaced, one of a living daemon is not`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let dead = try city.start()
        try dead.kill()
        #expect(FileManager.default.fileExists(atPath: city.path("data/control.sock")))
        let nobody = try Ganzhi.run(["reload"] + city.data)
        #expect(nobody.status == Ganzhi.Code.unavailable)
        #expect(nobody.errors.contains("No daemon runs on the data folder"))
        let daemon = try city.start()
        #expect(try Ganzhi.run(["run"] + city.config).status == Ganzhi.Code.unavailable)
        let reload = try Ganzhi.succeed(["reload"] + city.data)
        #expect(reload.errors.contains("Nothing changed"))
        try city.stop(daemon)
    }

    @Test(.needsBroker) func `a data folder with a long path takes commands too`() throws {
        let name = String(repeating: "long/", count: 30) + "data"
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue, data: name)
        let daemon = try city.start()
        #expect(city.path(name).utf8.count > 108)
        #expect(try Ganzhi.succeed(["reload"] + city.config).errors.contains("Nothing changed"))
        try city.stop(daemon)
        #expect(!FileManager.default.fileExists(atPath: city.path(name + "/control.sock")))
    }

    @Test(.needsBroker) func `a bad request costs itself only`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        let folder = city.path("data")
        let answers = try ControlSocket.send("nonsense\n\n{\"reload\":{}}\n", to: folder).split(separator: "\n")
        #expect(answers.count == 3)
        #expect(answers[0].contains(#""code":64"#) && answers[0].contains("does not understand"))
        #expect(answers[2].contains(#""code":0"#))
        #expect(try ControlSocket.send("{\"reload\":", to: folder) == "", "half a request is none")
        let long = try ControlSocket.send(String(repeating: "x", count: (1 << 20) + 2), to: folder, isLast: false)
        #expect(long.contains(#""code":64"#) && long.contains("1048576 bytes"))

        // Others who only hold the line keep nobody out for long, and the daemon not from ending.
        let idle = try (0..<8).map { _ in try ControlSocket.connect(folder) }
        defer { for descriptor in idle { close(descriptor) } }
        try eventually("the ninth to be told to wait") {
            try ControlSocket.send("{\"reload\":{}}\n", to: folder).contains("serves 8 others")
        }
        close(idle[0])
        try eventually("the next one") { try Ganzhi.run(["reload"] + city.data).status == 0 }
        try city.stop(daemon)
        #expect(try city.commands().isEmpty)
    }
}
