import Foundation
import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiConfig

@Suite struct HTTPSettingsTests {
    private func load(_ http: String) throws -> (settings: Settings?, problems: [Problem]) {
        let folder = try TemporaryFolder()
        let file = try folder.write("city: \"330100\"\n\(http)\n", to: "ganzhi.yaml")
        return GenerationReader.load(config: file.path, environment: [:])
    }

    @Test func `health and metrics are served to this machine unless told`() throws {
        for text in ["", "http: {}"] {
            let (settings, problems) = try load(text)
            #expect(problems == [])
            #expect(settings?.http?.description == "127.0.0.1:9464")
        }
        #expect(try #require(try load("http: off").settings).http == nil)
    }

    @Test(arguments: ["127.0.0.1:0", "127.8.0.1:9464", "[::1]:9464", "localhost:65535"])
    func `an address of this machine is taken as it is`(text: String) throws {
        let (settings, problems) = try load("http: {listen: \"\(text)\"}")
        #expect(problems == [])
        #expect(settings?.http?.description == text)
    }

    @Test(arguments: ["0.0.0.0:9464", "[::]:9464", "10.1.2.3:80", "city-1.example:9464", "127.0.0.1.example:1"])
    func `an address that others reach is warned about: there is no authentication`(text: String) throws {
        let (settings, problems) = try load("http: {listen: \"\(text)\"}")
        #expect(settings?.http?.description == text)
        #expect(problems.map(\.severity) == [.warning])
        #expect(problems[0].message.contains("authentication") && problems[0].line == 2)
    }

    @Test(arguments: [
        "9464", "127.0.0.1", "127.0.0.1:", ":9464", "::1:9464", "[::1]", "[x]:1", "a b:1", "a:65536", "a:-1",
    ])
    func `what is no address is refused with an example`(text: String) throws {
        let (settings, problems) = try load("http: {listen: \"\(text)\"}")
        #expect(settings == nil)
        #expect(problems.map(\.severity) == [.error])
        #expect(problems.first?.remedy.contains("127.0.0.1:9464") == true)
    }

    @Test func `neither off nor a mapping is refused`() throws {
        for text in ["http: on", "http: 9464", "http: [off]", "http:"] {
            #expect(try load(text).problems.map(\.severity) == [.error], "\(text)")
        }
        #expect(try load("http: {port: 1}").problems.count == 1)
    }
}
