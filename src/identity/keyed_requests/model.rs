//! What is kept of a request with a key.

/// The answer to a request, to give again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    /// Name and value of the headers that belong to the answer itself.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What to do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Do it: nobody did.
    Mine,
    /// It is being done, or was cut off; nobody knows how it ended.
    Busy,
    /// It was done, and this was the answer.
    Answered(KeptAnswer),
    /// The key was used for another request.
    OtherRequest,
}
