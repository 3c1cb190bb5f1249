import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(
        .needsBroker,
        .needsFaults,
        arguments: [
            (EACCES, "Permission denied"), (EROFS, "Read-only file system"), (ENOSPC, "No space left on device"),
        ],
        [true, false]
    )
    func `a data folder that cannot be written keeps a daemon from starting, and it says so`(
        fault: (code: Int32, text: String),
        isNew: Bool
    ) throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        if !isNew { try city.stop(city.start()) }
        let faults = try Faults()
        try faults.strike(fault.code, "wsroc", "/data")
        let daemon = try city.launch(faults)
        #expect(try daemon.wait(within: 60) == Ganzhi.Code.unavailable)
        let last = try #require(daemon.errors.split(separator: "\n").last)
        #expect(last.hasPrefix("ganzhi: Cannot "), "\(daemon.errors)")
        #expect(last.contains(city.path("data")) && last.contains(fault.text), "\(daemon.errors)")
        try faults.mend()
        try city.stop(city.start(faults))
    }

    /// The journal alone, so that everything before it succeeds.
    @Test(.needsBroker, .needsFaults) func `a journal that cannot be written keeps a daemon from starting`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let faults = try Faults()
        for isNew in [true, false] {
            if !isNew { try city.stop(city.start()) }
            try faults.strike(ENOSPC, "wr", "/data/journal/")
            let daemon = try city.launch(faults)
            #expect(try daemon.wait(within: 60) == Ganzhi.Code.unavailable)
            #expect(daemon.errors.contains("No space left on device"), "\(daemon.errors)")
            try faults.mend()
        }
    }

    @Test(.needsBroker) func `a volume that is full, and one that is read-only, are met for real`() throws {
        let city = try Installation(
            scenarios: [Underpass.scenario()],
            catalogue: Underpass.catalogue,
            settings: "journal: {segment: 1 MiB}"
        )
        let volume = city.path("data")
        try FileManager.default.createDirectory(atPath: volume, withIntermediateDirectories: false)
        guard mount("none", volume, "tmpfs", 0, "size=32m") == 0 else {
            try Test.cancel("mounting a small tmpfs needs root: \(String(cString: strerror(errno)))")
        }
        defer { umount2(volume, Int32(MNT_DETACH)) }
        let daemon = try city.start()
        let load = Load(on: city)
        defer { load.end() }
        try eventually("the first readings") { try city.ledger()?.readings["applied"] ?? 0 > 1000 }
        let ballast = volume + "/ballast"
        let file = open(ballast, O_WRONLY | O_CREAT, 0o600)
        let zeros = [UInt8](repeating: 0, count: 4096)
        while write(file, zeros, zeros.count) > 0 {}
        close(file)
        try eventually("a word about the journal: \(daemon.errors)") { daemon.troubles("journal").count == 1 }
        try FileManager.default.removeItem(atPath: ballast)
        try eventually("a word about its end: \(daemon.errors)") { daemon.troubles("journal").count == 2 }
        let (record, _) = try load.finish()
        try city.waitForReadings(record.count)
        try city.stop(daemon)
        try city.expectExactlyOnce(record)

        #expect(mount("none", volume, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
        let refused = try city.launch()
        #expect(try refused.wait(within: 60) == Ganzhi.Code.unavailable)
        #expect(refused.errors.contains("Read-only file system"), "\(refused.errors)")
        #expect(mount("none", volume, "tmpfs", UInt(MS_REMOUNT), nil) == 0)
        try city.stop(city.start())
    }
}
