import Foundation
import GanzhiModel
import GanzhiTestSupport
import Glibc
import Testing

@testable import GanzhiApp

@Suite struct ServiceReportTests {
    /// A report over a daemon whose threads turn as the test says, once a second.
    struct Daemon {
        var report = ServiceReport(broker: "b:1883", watchdog: 4_000_000)
        var phase = Health.Phase.starting
        var connection = Health.Connection()
        var turns: (intake: UInt64, engine: UInt64) = (0, 0)
        var now: Int64 = 1_000_000_000

        mutating func second(intake: Bool = true, engine: Bool = true) -> [String] {
            now += 1_000_000
            if intake { turns.intake += 1 }
            if engine { turns.engine += 1 }
            return report.turn(phase, connection, turns: turns, at: now)
        }
    }

    @Test func `a daemon is ready when it has recovered, broker or not`() {
        var daemon = Daemon()
        daemon.phase = .recovering(block: 10, of: 100)
        #expect(daemon.second().contains("STATUS=recovering: block 10 of 100"))
        daemon.phase = .running
        daemon.connection = Health.Connection(reason: "nobody there")
        let lines = daemon.second()
        #expect(lines.prefix(2) == ["READY=1", "STATUS=waiting for the broker: nobody there"])
        daemon.connection = Health.Connection(isUp: true)
        #expect(daemon.second().contains("STATUS=connected to b:1883"))
        #expect(!daemon.second().contains { $0.hasPrefix("STATUS") || $0.hasPrefix("READY") }, "only what changed")
    }

    @Test func `the watchdog is fed at half its time, while both threads turn`() {
        var daemon = Daemon()
        daemon.phase = .running
        let fed = (0..<8).map { _ in daemon.second().contains("WATCHDOG=1") }
        #expect(fed == [true, false, true, false, true, false, true, false])
    }

    @Test(arguments: [(true, false), (false, true), (false, false)])
    func `the watchdog is not fed while a thread hangs`(intake: Bool, engine: Bool) {
        var daemon = Daemon()
        daemon.phase = .running
        _ = daemon.second()
        for _ in 0..<20 { #expect(!daemon.second(intake: intake, engine: engine).contains("WATCHDOG=1")) }
        #expect(daemon.second().contains("WATCHDOG=1"), "it turns again")
    }

    @Test func `a recovery asks for more time only while it gets on`() {
        var daemon = Daemon()
        #expect(daemon.second().contains("EXTEND_TIMEOUT_USEC=60000000"))
        let asked = (0..<10).map { _ in daemon.second().contains("EXTEND_TIMEOUT_USEC=60000000") }
        #expect(asked.count { $0 } == 2)
        for _ in 0..<10 { #expect(!daemon.second(engine: false).contains { $0.hasPrefix("EXTEND") }) }
        #expect(!daemon.second().contains("WATCHDOG=1"), "systemd asks for that after READY=1")
    }

    @Test func `a reload before the daemon is ready does not make it ready`() {
        var daemon = Daemon()
        #expect(daemon.report.beginReload(at: 0).isEmpty)
        #expect(daemon.report.endReload().isEmpty)
        daemon.phase = .running
        _ = daemon.second()
        #expect(daemon.report.beginReload(at: 42) == ["RELOADING=1", "MONOTONIC_USEC=42"])
        #expect(daemon.report.endReload() == ["READY=1"])
    }
}

extension ProgramTests {
    @Test(.needsBroker, arguments: [false, true])
    func `a service manager is told of start, broker, reload, progress and end`(isAbstract: Bool) throws {
        let manager = try DatagramReceiver(isAbstract: isAbstract)
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        city.broker.stop()
        let daemon = try city.launch(environment: ["NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "500000"])
        var lines = try manager.lines(until: "waiting") {
            $0.hasPrefix("STATUS=waiting for the broker: ") && $0.contains("refused")
        }
        #expect(lines.contains("READY=1"), "a broker that is away keeps nobody from being ready")
        try city.broker.start()
        _ = try manager.lines(until: "connected") { $0 == "STATUS=connected to 127.0.0.1:\(city.broker.port)" }
        for _ in 1...3 { _ = try manager.lines(until: "food for the watchdog") { $0 == "WATCHDOG=1" } }

        var before = timespec()
        clock_gettime(CLOCK_MONOTONIC, &before)
        try city.folder.write(Underpass.scenario(blue: 15), to: "scenarios/0.yaml")
        daemon.send(SIGHUP)
        lines = try manager.lines(until: "the reload") { $0.hasPrefix("MONOTONIC_USEC=") }
        #expect(lines.contains("RELOADING=1"))
        let time = try #require(lines.last { $0.hasPrefix("MONOTONIC_USEC=") }.flatMap { Int($0.dropFirst(15)) })
        #expect(time >= before.tv_sec * 1_000_000 + before.tv_nsec / 1000)
        _ = try manager.lines(until: "the end of the reload") { $0 == "READY=1" }

        daemon.send(SIGTERM)
        _ = try manager.lines(until: "the end") { $0 == "STOPPING=1" }
        #expect(try daemon.wait() == 0)
        #expect(manager.next() == nil, "nothing follows the end")
    }

    @Test(.needsBroker) func `a watchdog that is another process's is not fed`() throws {
        let manager = try DatagramReceiver()
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.launch(
            environment: ["NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"]
        )
        let lines = try manager.lines(until: "connected") { $0.hasPrefix("STATUS=connected") }
        #expect(!lines.contains("WATCHDOG=1"))
        try city.stop(daemon)
    }
}
