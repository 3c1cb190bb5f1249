import Foundation
import GanzhiModel
import Glibc

/// What the process and its disk have.
enum ProcessMeans {
    /// Memory that the process has, in bytes; 0 where the system does not tell.
    static var residentBytes: UInt64 {
        // Pages: all of it, then what is resident.
        guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = statm.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The disk of a folder; `nil` where the system does not tell.
    static func disk(of folder: String) -> Health.Disk? {
        var figures = statvfs()
        guard statvfs(folder, &figures) == 0 else { return nil }
        let unit = UInt64(figures.f_frsize)
        return Health.Disk(free: UInt64(figures.f_bavail) * unit, size: UInt64(figures.f_blocks) * unit)
    }
}
