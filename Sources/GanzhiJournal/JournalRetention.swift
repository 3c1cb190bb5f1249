public import GanzhiModel
import Glibc

/// How much of a journal is kept beyond what a restart needs.
public struct JournalRetention: Sendable, Hashable {
    /// Segments whose newest block is older may go; `nil` keeps them whatever their age.
    public var age: TimeSpan?
    /// Bytes of all segments beyond which the oldest may go; `nil` keeps them however many there are.
    public var bytes: Int?

    /// Keeps everything, unless told.
    public init(age: TimeSpan? = nil, bytes: Int? = nil) {
        self.age = age
        self.bytes = bytes
    }

    /// Deletes the oldest segments of a journal that are too old or too many, as far as nobody needs them.
    ///
    /// May run beside the journal's writer and its readers; the newest segment always stays.
    ///
    /// - Parameters:
    ///   - folder: The journal's folder.
    ///   - needed: First block that is still needed, by whoever needs the oldest.
    ///   - now: Wall clock; a segment's age is that of its file's last change.
    /// - Returns: Bytes given back.
    public func prune(folder: String, needed: UInt64, now: Timestamp) throws(JournalError) -> Int {
        let list = try SegmentList(folder: folder)
        let files = try list.firsts.map { (first) throws(JournalError) in try Self.status(list.path(first)) }
        var total = files.reduce(0) { $0 + $1.bytes }
        var freed = 0
        for (place, next) in list.firsts.dropFirst().enumerated() where next <= needed {
            let file = files[place]
            let isOld = age.map { now - file.changed > $0 } ?? false
            let isTooMuch = bytes.map { total > $0 } ?? false
            // Whatever is kept has no gap.
            guard isOld || isTooMuch else { break }
            let path = list.path(list.firsts[place])
            guard unlink(path) == 0 || errno == ENOENT else { throw .last("remove", path) }
            total -= file.bytes
            freed += file.bytes
        }
        return freed
    }

    private static func status(_ path: String) throws(JournalError) -> (bytes: Int, changed: Timestamp) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .last("examine", path) }
        let changed = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
        return (Int(status.st_size), Timestamp(microseconds: changed))
    }
}
