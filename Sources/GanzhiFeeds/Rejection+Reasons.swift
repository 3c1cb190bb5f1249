import GanzhiModel

extension Rejection {
    /// A message without a single byte.
    static let emptyPayload = Rejection("empty-payload", detail: "The payload has no bytes; send a reading.")

    /// More name bytes than one batch can hold.
    static let tooLarge = Rejection(
        "too-large",
        detail: "The names of this payload do not fit into one batch of 4 GiB; send smaller payloads."
    )

    /// A number beyond the range of doubles.
    static func nonFinite(member: StaticString, _ index: Int?) -> Rejection {
        Rejection(
            "non-finite",
            index: index,
            detail: "`\(member)` is beyond ±1.8e308 and would be infinite; send a finite one."
        )
    }

    /// A name beyond the limit.
    static func nameTooLong(member: StaticString, _ index: Int?) -> Rejection {
        Rejection(
            "name-too-long",
            index: index,
            detail: "`\(member)` is longer than \(NameArena.maximumName) bytes; use a shorter name."
        )
    }
}
