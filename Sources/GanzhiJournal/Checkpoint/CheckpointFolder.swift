import Glibc

/// The checkpoints of a data folder.
public struct CheckpointFolder: Sendable {
    /// Where they lie.
    public let path: String

    /// Names a folder; it need not exist.
    public init(path: String) { self.path = path }

    /// Names the folder inside a data folder.
    public init(dataFolder: String) { path = dataFolder + "/checkpoints" }

    /// Positions of the checkpoints, newest first; files that are being written, or are no checkpoints, are left out.
    public func positions() throws(CheckpointError) -> [UInt64] {
        try names().compactMap(CheckpointFormat.position).sorted(by: >)
    }

    /// Where the checkpoint at a position lies.
    public func file(at position: UInt64) -> String { path + "/" + CheckpointFormat.fileName(position: position) }

    /// Removes all checkpoints but the newest few, and what was begun and never finished.
    ///
    /// - Returns: Positions of those that are left, newest first.
    @discardableResult
    public func prune(keeping count: Int) throws(CheckpointError) -> [UInt64] {
        let names = try names()
        let refused = names.filter { $0.hasSuffix(CheckpointFormat.refusedSuffix) }.sorted()
        for name in names where name.hasSuffix(CheckpointFormat.partialSuffix) { try remove(path + "/" + name) }
        for name in refused.dropLast() { try remove(path + "/" + name) }
        let positions = try positions()
        for position in positions.dropFirst(count) { try remove(file(at: position)) }
        return Array(positions.prefix(count))
    }

    /// Lets a checkpoint that cannot be used count no longer, as far as the system lets us; the file is kept for whoever
    /// wants to know why, until the next one is.
    public func setAside(_ position: UInt64) {
        rename(file(at: position), file(at: position) + CheckpointFormat.refusedSuffix)
    }

    private func remove(_ file: String) throws(CheckpointError) {
        guard unlink(file) == 0 || errno == ENOENT else { throw .system(.last("remove", file)) }
    }

    private func names() throws(CheckpointError) -> [String] {
        do throws(JournalError) {
            return try FolderNames.list(path)
        } catch .system(_, _, ENOENT) {
            return []
        } catch {
            throw .system(error)
        }
    }
}
