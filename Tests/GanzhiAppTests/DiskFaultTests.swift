import Foundation
import GanzhiTestSupport
import Testing

/// How a disk fails, and for which files.
struct DiskFault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: Int32
    /// As `Tests/Faults/faults.c` has them.
    var calls: String
    var path: String
    /// The part that is in trouble.
    var part: String

    static let journal = [
        DiskFault(testDescription: "no room for the journal", code: ENOSPC, calls: "wrc", path: "/data/journal/"),
        DiskFault(testDescription: "fdatasync of the journal fails", code: EIO, calls: "s", path: "/data/journal/"),
        DiskFault(testDescription: "the journal is read-only", code: EROFS, calls: "wsroc", path: "/data/journal/"),
    ]
    static let store = [
        DiskFault(testDescription: "no room for the store", code: ENOSPC, calls: "wrc", path: "/data/ganzhi.sqlite"),
        DiskFault(testDescription: "the store's disk is broken", code: EIO, calls: "ws", path: "/data/ganzhi.sqlite"),
        DiskFault(testDescription: "the store is read-only", code: EROFS, calls: "wroc", path: "/data/ganzhi.sqlite"),
    ]
    static let both = DiskFault(testDescription: "no room for anything", code: ENOSPC, calls: "wrc", path: "/data/")

    init(testDescription: String, code: Int32, calls: String, path: String) {
        self.testDescription = testDescription
        self.code = code
        self.calls = calls
        self.path = path
        part = path.contains("sqlite") ? "store" : "journal"
    }
}

extension ProgramTests {
    /// A daemon under load, and faults that can be had.
    private func installation() throws -> (city: Installation, faults: Faults) {
        let city = try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue,
            settings: "journal: {segment: 1 MiB}"
        )
        // Sessions begin with their first connection; a daemon that has never run is owed nothing.
        try city.stop(city.start())
        return (city, try Faults())
    }

    /// Has the disk fail under load until the daemon has said so and much more was published.
    private func strike(
        _ fault: DiskFault,
        _ faults: Faults,
        _ daemon: ChildProcess,
        _ city: Installation,
        _ load: Load
    ) throws {
        try eventually("the first readings") { try city.ledger()?.readings["applied"] ?? 0 > 1000 }
        try faults.strike(fault.code, fault.calls, fault.path)
        try eventually("a word about the fault: \(daemon.errors)") { daemon.troubles(fault.part).count == 1 }
        let count = load.count
        try eventually("more load") { load.count > count + 10_000 }
    }

    @Test(.needsBroker, .needsFaults, arguments: DiskFault.journal + DiskFault.store + [.both])
    func `a disk that fails for a while is told once, costs nothing, and work resumes`(fault: DiskFault) throws {
        let (city, faults) = try installation()
        let daemon = try city.start(faults)
        let load = Load(on: city)
        defer { load.end() }
        try strike(fault, faults, daemon, city, load)
        try faults.mend()
        try eventually("a word about its end: \(daemon.errors)") { daemon.troubles(fault.part).count == 2 }
        let (record, _) = try load.finish()
        try city.waitForReadings(record.count)
        let lines = daemon.troubles(fault.part)
        #expect(lines.count == 2, "\(lines)")
        #expect(lines.first?.contains("cannot be") == true)
        #expect(lines.last?.contains("again") == true)
        try city.stop(daemon)
        try city.expectExactlyOnce(record)
    }

    @Test(.needsBroker, .needsFaults, arguments: [DiskFault.journal[0], .journal[1], .store[1]])
    func `a daemon that is killed while its disk fails has acknowledged nothing that is lost`(fault: DiskFault) throws {
        let (city, faults) = try installation()
        let first = try city.start(faults)
        let load = Load(on: city)
        defer { load.end() }
        try strike(fault, faults, first, city, load)
        try first.kill()
        let second = try city.start()
        let (record, _) = try load.finish()
        try city.waitForReadings(record.count)
        try city.stop(second)
        try city.expectExactlyOnce(record)
    }

    @Test(.needsBroker, .needsFaults, arguments: [DiskFault.journal[0], .store[0], .both])
    func `a daemon whose disk fails can be stopped, says what it leaves behind, and goes on from there`(
        fault: DiskFault
    ) throws {
        let (city, faults) = try installation()
        let first = try city.start(faults)
        let load = Load(on: city)
        defer { load.end() }
        try strike(fault, faults, first, city, load)
        try city.stop(first)
        #expect(first.errors.contains("stopping while the \(fault.part) cannot be"), "\(first.errors)")
        try faults.mend()
        let second = try city.start(faults)
        let (record, _) = try load.finish()
        try city.waitForReadings(record.count)
        try city.stop(second)
        try city.expectExactlyOnce(record)
    }

    @Test(.needsBroker, .needsFaults)
    func `after one failed fdatasync the batch goes to a new segment, and that is told`() throws {
        let (city, faults) = try installation()
        let daemon = try city.start(faults)
        let load = Load(on: city)
        defer { load.end() }
        try eventually("the first readings") { try city.ledger()?.readings["applied"] ?? 0 > 1000 }
        try faults.strike(EIO, "s", "/data/journal/", how: "once")
        try eventually("a word about it: \(daemon.errors)") { daemon.errors.contains("segment was abandoned") }
        let (record, _) = try load.finish()
        try city.waitForReadings(record.count)
        #expect(daemon.troubles("journal").isEmpty)
        try city.stop(daemon)
        try city.expectExactlyOnce(record)
    }

    @Test(.needsBroker, .needsFaults, arguments: ["/data/journal/", "ganzhi.sqlite-wal"])
    func `a power failure in the middle of a write leaves nothing half-done`(path: String) throws {
        let (city, faults) = try installation()
        let load = Load(on: city)
        defer { load.end() }
        for round in 0..<3 {
            let daemon = try city.start(faults)
            if round > 0, path.contains("journal") {
                #expect(daemon.errors.contains("torn tail was cut off"), "\(daemon.errors)")
            }
            try eventually("the next readings: \(daemon.isRunning) \(load.count) \(daemon.errors)") {
                try city.ledger()?.readings["applied"] ?? 0 > (round + 1) * 1000
            }
            try faults.strike(EIO, "w", path, how: "kill")
            #expect(try daemon.wait(within: 60) == -SIGKILL)
            try faults.mend()
        }
        let daemon = try city.start(faults)
        let (record, _) = try load.finish()
        try city.waitForReadings(record.count)
        try city.stop(daemon)
        try city.expectExactlyOnce(record)
    }

    @Test(.needsBroker, .needsFaults)
    func `an event log that cannot be written is told once, and gets every line once when it can`() throws {
        let (city, faults) = try installation()
        let daemon = try city.start(faults)
        try faults.strike(ENOSPC, "wc", "/events.ndjson")
        for round in 0..<3 {
            try city.publish(Reading.steady(30, "d\(round)", from: LoadRecord.start, seconds: 3))
            try city.waitForEvent("warning.raised", count: round + 1)
        }
        try eventually("a word about it: \(daemon.errors)") { daemon.troubles("event-log").count == 1 }
        try faults.mend()
        try eventually("a word about its end: \(daemon.errors)") { daemon.troubles("event-log").count == 2 }
        try city.stop(daemon)
        let log = try String(contentsOfFile: city.path("events.ndjson"), encoding: .utf8).split(separator: "\n")
        #expect(try log.map(String.init) == city.events().map(\.line))
        #expect(daemon.troubles("event-log").count == 2)
    }
}
