import Glibc

/// The names in a folder.
enum FolderNames {
    /// Makes the entry of a new folder durable, as far as the system lets us.
    static func synchronize(parentOf folder: String) {
        let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "."
        try? FileDescriptor(opening: parent, O_RDONLY | O_DIRECTORY, to: "open").synchronize()
    }

    static func list(_ folder: String) throws(JournalError) -> [String] {
        guard let directory = opendir(folder) else { throw .last("list", folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }
}
