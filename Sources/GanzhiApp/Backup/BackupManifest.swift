import Foundation

/// What a backup holds: `manifest.json` in its folder.
struct BackupManifest: Codable, Equatable {
    /// A file of the backup.
    struct File: Codable, Equatable {
        /// Its place below the backup's folder.
        var path: String
        var bytes: Int
        /// SHA-256 of its bytes, in lower-case hex.
        var sha256: String
    }

    /// The form of backups that this version makes, and the newest that it reads.
    static let version = 1
    static let fileName = "manifest.json"

    /// Form of the backup.
    var format = BackupManifest.version
    /// When it was made, RFC 3339.
    var created: String
    /// The last journal block whose effects the store of the backup holds.
    var position: UInt64
    /// Serial of the newest event, and its hash in hex.
    var serial: UInt64
    var eventHash: String
    /// Sealed files that belong to it, but were not there when it was made.
    var absent: [String]
    /// Everything that is in it.
    var files: [File]

    /// Reads the manifest of a backup.
    ///
    /// - Throws: ``AppError`` where it is none, or of a newer version.
    init(folder: String) throws {
        struct Form: Decodable { var format: Int }
        let path = folder + "/" + Self.fileName
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AppError(
                .unavailable,
                "There is no \(path), so \(folder) is no backup, or one that was not finished. Name a folder that "
                    + "`ganzhi backup` has made."
            )
        }
        do {
            let form = try JSONDecoder().decode(Form.self, from: data)
            guard form.format <= Self.version else {
                throw AppError(
                    .data,
                    "\(path) is of form \(form.format), newer than this program reads. Use the version of ganzhi that made it."
                )
            }
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw AppError(.data, "\(path) is no manifest of a backup: \(error). Use another backup.")
        }
        for file in files where file.path.hasPrefix("/") || file.path.split(separator: "/").contains("..") {
            throw AppError(.data, "\(path) names \(file.path), which lies outside of the backup. Use another backup.")
        }
    }

    init(
        created: String,
        position: UInt64,
        serial: UInt64,
        eventHash: String,
        absent: [String],
        files: [File]
    ) {
        self.created = created
        self.position = position
        self.serial = serial
        self.eventHash = eventHash
        self.absent = absent
        self.files = files
    }

    /// Writes it into a backup's folder, durable on return.
    func write(to folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let path = folder + "/" + Self.fileName
        try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: path))
        try DurableFiles.synchronize(path)
    }
}
