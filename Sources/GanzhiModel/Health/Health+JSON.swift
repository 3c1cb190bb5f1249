extension Health {
    /// Writes the members that say whether the daemon is ready, into an object that is open: `ready`, `reasons` where
    /// it is not, and `troubles` where there are some.
    ///
    /// `"ready":false,"reasons":["…"],"troubles":[{"part":"…","reason":"…"}]`
    public func writeReadiness(to writer: inout JSONWriter) {
        let reasons = reasons
        writer.name("ready")
        writer.value(reasons.isEmpty)
        if !reasons.isEmpty {
            writer.name("reasons")
            writer.array { writer in for reason in reasons { writer.value(reason) } }
        }
        if !troubles.isEmpty {
            writer.name("troubles")
            writer.array { writer in
                for trouble in troubles {
                    writer.object {
                        $0.member("part", trouble.part)
                        $0.member("reason", trouble.reason)
                    }
                }
            }
        }
    }
}
