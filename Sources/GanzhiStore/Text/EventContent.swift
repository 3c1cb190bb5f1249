internal import Foundation

/// What the line of an event shows of its bytes; whatever is absent or of another shape is left out.
struct EventContent: Decodable {
    /// Titles by language.
    var title: [String: String] = [:]
    /// The first measure of the evidence.
    var measure: Measure?

    /// A measure's result.
    struct Measure: Decodable {
        var measure: String
        var value: Double
        var unit: String?
    }

    private enum Members: String, CodingKey { case data, title, evidence }

    /// Reads the content of an event's bytes.
    init(_ bytes: [UInt8]) {
        self = (try? JSONDecoder().decode(EventContent.self, from: Data(bytes))) ?? EventContent()
    }

    private init() {}

    init(from decoder: any Decoder) throws {
        let data = try decoder.container(keyedBy: Members.self).nestedContainer(keyedBy: Members.self, forKey: .data)
        title = (try? data.decode([String: String].self, forKey: .title)) ?? [:]
        measure = (try? data.decode([Measure].self, forKey: .evidence))?.first
    }

    /// The title in a language.
    ///
    /// In this order: the very language, one of the same main language (`zh` finds `zh-Hans`), English, any.
    func title(in language: String) -> String? {
        let languages = title.keys.sorted()
        let main = language.prefix { $0 != "-" }
        let best =
            languages.first { $0 == language } ?? languages.first { $0.prefix { $0 != "-" } == main }
            ?? languages.first { $0 == "en" } ?? languages.first
        return best.flatMap { title[$0] }
    }
}
