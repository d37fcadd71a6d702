//! Even antwoorden: what takes the same time for everybody, so that a clock tells nobody whom this server knows.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// After how long an answer comes that could tell something. The work takes less and is nearly the same for every name;
/// what little differs cannot be read from a clock then.
const ANSWERS_AFTER: Duration = Duration::from_millis(300);

/// Does the work. When what came of it is nobody's business, it is done no sooner than the set time.
pub async fn evenly<T>(work: impl Future<Output = T>, is_delicate: impl FnOnce(&T) -> bool) -> T {
    let at = Instant::now() + ANSWERS_AFTER;
    let done = work.await;
    if is_delicate(&done) {
        sleep_until(at).await;
    }
    done
}
