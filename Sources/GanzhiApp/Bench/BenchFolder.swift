import Foundation

/// A folder for one benchmark, removed with the last reference.
final class BenchFolder {
    let url: URL

    /// Creates a folder.
    ///
    /// - Parameter parent: Where; `nil` for the system's temporary folder.
    /// - Throws: ``AppError`` where it cannot be created.
    init(in parent: String?) throws {
        let parent = parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        url = parent.appending(path: "ganzhi-bench-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw AppError(.unavailable, "Cannot create a folder in \(parent.path): \(error.localizedDescription)")
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
