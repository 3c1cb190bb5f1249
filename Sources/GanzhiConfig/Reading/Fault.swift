/// Why a text cannot be what it should, before anybody knows its place.
struct Fault: Error {
    /// What was seen and why it cannot work.
    let message: String
    /// What would do.
    let remedy: String

    init(_ message: String, _ remedy: String) {
        self.message = message
        self.remedy = remedy
    }
}
