public import Foundation

/// Real sensor data kept beside the checkout; tests that want it skip, saying so, where it is absent.
public enum SharedData {
    /// The checkout's folder.
    public static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A file or folder of the data, or `nil` where it is absent.
    public static func path(_ name: String) -> URL? {
        let url = checkout.deletingLastPathComponent().appending(path: "shared/data/\(name)")
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }

    /// Whether the data is there.
    public static var isPresent: Bool { path("README.md") != nil }

    /// Why a test that needs the data does not run.
    public static let absence = "the folder ../shared/data with real sensor data is absent"
}
