//! Backups of SQLite: a copy of the file, made by SQLite itself.

use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::{BackupError, Result, Seen, at, look_through, store};
use crate::db::{Connection, Manager};

/// Copies the database into a new file and checks the copy. Readers and writers go on meanwhile.
pub(super) fn copy(conn: &mut Connection, file: &Path, now: DateTime<Utc>) -> Result<Seen> {
    store::vacuum_into(conn, &file.display().to_string())?;
    let seen = check(file, now)?;
    File::open(file).and_then(|out| out.sync_all()).map_err(at(file))?;
    Ok(seen)
}

fn check(file: &Path, now: DateTime<Utc>) -> Result<Seen> {
    let mut copy = Manager::new(&format!("sqlite://{}", file.display())).open()?;
    let faults = store::list_faults(&mut copy)?;
    if !faults.is_empty() {
        return Err(BackupError::Differs(faults.join("; ")));
    }
    let seen = look_through(&mut copy, now)?;
    // Back to one file: opening it made a log beside it.
    store::run(&mut copy, "PRAGMA journal_mode = DELETE")?;
    Ok(seen)
}

/// Puts the copy in the place of the database: beside it first, and by one rename when it was accepted there.
pub(super) fn put_back<T>(
    file: &Path,
    database: &Path,
    overwrite: bool,
    accept: impl FnOnce(&mut Connection) -> Result<T>,
) -> Result<T> {
    if database.exists() && !overwrite {
        let mut conn = Manager::new(&format!("sqlite://{}", database.display())).open()?;
        if !store::is_empty(&mut conn)? {
            return Err(BackupError::NotEmpty);
        }
    }
    if let Some(folder) = database.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let fresh = beside(database, "-restoring");
    let prepared = prepare(file, &fresh, accept).and_then(|accepted| {
        hand_over(&fresh, database)?;
        Ok(accepted)
    });
    if prepared.is_err() {
        // Not needed any more; what went wrong before is what counts.
        drop(remove_logs(&fresh));
        drop(fs::remove_file(&fresh));
    }
    let accepted = prepared?;
    // What the old database had not taken in yet must not end up in the new one.
    remove_logs(database)?;
    fs::rename(&fresh, database).map_err(at(database))?;
    Ok(accepted)
}

/// A copy as one file, accepted and on disk.
fn prepare<T>(file: &Path, fresh: &Path, accept: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    // What an earlier restore that was broken off left there.
    remove_logs(fresh)?;
    fs::copy(file, fresh).map_err(at(fresh))?;
    let mut conn = Manager::new(&format!("sqlite://{}", fresh.display())).open()?;
    let accepted = accept(&mut conn)?;
    // Back to one file: opening it made a log beside it.
    store::run(&mut conn, "PRAGMA journal_mode = DELETE")?;
    drop(conn);
    File::open(fresh).and_then(|out| out.sync_all()).map_err(at(fresh))?;
    Ok(accepted)
}

/// Gives the fresh file the rights of the database that it replaces, and its owner, or that of the folder: who puts a backup
/// back is seldom the user that the service runs as.
fn hand_over(fresh: &Path, database: &Path) -> Result<()> {
    let (owner, mode) = match fs::metadata(database) {
        Ok(replaced) => {
            let mode = replaced.permissions();
            (replaced, mode)
        }
        Err(_) => (fs::metadata(folder_of(database)).map_err(at(database))?, Permissions::from_mode(0o600)),
    };
    fs::set_permissions(fresh, mode).map_err(at(fresh))?;
    let present = fs::metadata(fresh).map_err(at(fresh))?;
    if (present.uid(), present.gid()) == (owner.uid(), owner.gid()) {
        return Ok(());
    }
    match chown(fresh, Some(owner.uid()), Some(owner.gid())) {
        // Whoever is not root gives nothing away. It matters when another user had the database.
        Err(error)
            if error.kind() == ErrorKind::PermissionDenied
                && (present.uid() == owner.uid() || !database.exists()) =>
        {
            Ok(())
        }
        handed => handed.map_err(at(fresh)),
    }
}

/// The folder a file is in; of a name alone the one that the program runs in.
fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The files that SQLite keeps beside a database while it works on it.
fn remove_logs(database: &Path) -> Result<()> {
    for ending in ["-wal", "-shm", "-journal"] {
        let path = beside(database, ending);
        if path.exists() {
            fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
