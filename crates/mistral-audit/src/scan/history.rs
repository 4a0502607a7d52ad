//! What Git remembers: each version of each file that a reference leads to, and which files of
//! environment variables are in the index. Nothing is executed, and the network is not used.

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
};

use gix::{
    ObjectId, Repository, bstr::ByteSlice, objs::tree::EntryKind, prelude::ObjectIdExt,
    revision::walk::Sorting, traverse::commit::simple::CommitTimeOrder,
};

use super::{
    Scan, env_file,
    eye::{Eye, Seen},
    walk,
};
use crate::{finding::Finding, rule::Rule};

/// Adds what is found to what was seen in the tree.
pub(super) fn look(scan: &Scan, eye: &Eye, seen: &mut Seen) -> io::Result<()> {
    let Some(repository) = open(&scan.root)? else {
        return match scan.history {
            true => Err(io::Error::other(
                "there is no Git repository, so there is no history",
            )),
            false => Ok(()),
        };
    };
    let within = within(&repository, &scan.root);
    tracked(&repository, &within, seen)?;
    if scan.history {
        let mut past = Past {
            scan,
            eye,
            within,
            repository: &repository,
            known: HashSet::new(),
            found: Seen::default(),
            commit: String::new(),
            versions: 0,
        };
        let commits = past.commits()?;
        let (found, versions) = (past.found, past.versions);
        merge(found, seen);
        seen.report.coverage.commits = commits;
        seen.report.coverage.versions = versions;
    }
    Ok(())
}

/// The repository around the root. Only its own configuration is read.
fn open(root: &Path) -> io::Result<Option<Repository>> {
    let root = root.canonicalize()?;
    let Some(folder) = root.ancestors().find(|folder| folder.join(".git").exists()) else {
        return Ok(None);
    };
    match gix::open_opts(folder, gix::open::Options::isolated()) {
        Ok(repository) => Ok(Some(repository)),
        // A folder that is only called so.
        Err(gix::open::Error::NotARepository { .. }) => Ok(None),
        Err(error) => Err(io::Error::other(error.to_string())),
    }
}

/// Where the root stands in the repository, as the beginning of paths.
fn within(repository: &Repository, root: &Path) -> String {
    let work = repository.workdir().map(Path::to_path_buf);
    let work = work
        .and_then(|work| work.canonicalize().ok())
        .unwrap_or_default();
    let root = root.canonicalize().unwrap_or_default();
    let rest = root
        .strip_prefix(&work)
        .map(Path::to_path_buf)
        .unwrap_or_default();
    let parts = rest
        .components()
        .map(|part| part.as_os_str().to_string_lossy() + "/");
    parts.collect()
}

/// Files of environment variables that Git knows.
fn tracked(repository: &Repository, within: &str, seen: &mut Seen) -> io::Result<()> {
    let index = repository.index_or_empty().map_err(other)?;
    let paths = index
        .entries()
        .iter()
        .map(|entry| entry.path(&index).to_str_lossy().into_owned());
    let own = paths.filter_map(|path| path.strip_prefix(within).map(str::to_owned));
    for path in own.filter(|path| env_file::is_env_file(path.rsplit('/').next().unwrap_or(path))) {
        // The graver of the two is enough.
        let findings = &mut seen.report.findings;
        findings
            .retain(|known| known.rule != Rule::ENV_FILE_NOT_IGNORED || known.place.path != path);
        seen.push(Rule::ENV_FILE_TRACKED, &path, "");
    }
    Ok(())
}

/// A walk from the oldest commit to the newest, which looks at nothing twice.
struct Past<'a> {
    scan: &'a Scan,
    eye: &'a Eye,
    within: String,
    repository: &'a Repository,
    /// Folders and files that were looked at.
    known: HashSet<ObjectId>,
    found: Seen,
    commit: String,
    versions: u64,
}

impl Past<'_> {
    fn commits(&mut self) -> io::Result<u64> {
        let references = self.repository.references().map_err(other)?;
        let mut tips: Vec<ObjectId> = Vec::new();
        for reference in references.all().map_err(other)?.filter_map(Result::ok) {
            let id = reference.into_fully_peeled_id();
            // A tag may be one of a file.
            let id = id
                .ok()
                .filter(|id| id.object().is_ok_and(|object| object.kind.is_commit()));
            tips.extend(id.map(gix::Id::detach));
        }
        tips.extend(self.repository.head_id().ok().map(gix::Id::detach));
        let sorting = Sorting::ByCommitTime(CommitTimeOrder::OldestFirst);
        let walk = self
            .repository
            .rev_walk(tips)
            .sorting(sorting)
            .all()
            .map_err(other)?;
        let mut commits = 0;
        for commit in walk {
            // A shallow clone ends somewhere.
            let Ok(commit) = commit else { break };
            commits += 1;
            self.commit = commit.id.to_string();
            let tree = commit
                .object()
                .ok()
                .and_then(|commit| commit.tree_id().ok());
            if let Some(tree) = tree {
                self.folder(tree.detach(), "");
            }
        }
        Ok(commits)
    }

    fn folder(&mut self, id: ObjectId, path: &str) {
        let mut open = vec![(id, path.to_owned())];
        while let Some((id, path)) = open.pop() {
            if !self.known.insert(id) {
                continue;
            }
            // What a partial clone does not have cannot be read.
            let Ok(tree) = id
                .attach(self.repository)
                .object()
                .map(gix::Object::into_tree)
            else {
                continue;
            };
            for entry in tree.iter().filter_map(Result::ok) {
                let name = entry.filename().to_str_lossy();
                match entry.mode().kind() {
                    EntryKind::Tree => open.push((entry.object_id(), format!("{path}{name}/"))),
                    EntryKind::Blob | EntryKind::BlobExecutable => {
                        self.file(entry.object_id(), &format!("{path}{name}"));
                    }
                    _ => {}
                }
            }
        }
    }

    fn file(&mut self, id: ObjectId, path: &str) {
        let Some(own) = path.strip_prefix(self.within.as_str()) else {
            return;
        };
        if !self.known.insert(id) || walk::is_binary(&PathBuf::from(own)) {
            return;
        }
        let size = self.repository.find_header(id).map(|header| header.size());
        if size.is_ok_and(|size| size > self.scan.max_file) {
            self.found
                .report
                .coverage
                .too_large
                .push(format!("{own} @{}", short(&self.commit)));
            return;
        }
        if let Ok(object) = self.repository.find_object(id) {
            self.versions += 1;
            self.eye
                .file(own, &object.data, Some(&self.commit), &mut self.found);
        }
    }
}

/// Takes what the tree does not show, the oldest of each.
fn merge(found: Seen, seen: &mut Seen) {
    let mark = |finding: &Finding| {
        let secret = finding.secret.as_ref();
        (
            finding.id.clone(),
            secret.map(|secret| secret.fingerprint.clone()),
        )
    };
    let mut known: HashSet<_> = seen.report.findings.iter().map(mark).collect();
    let new = found
        .report
        .findings
        .into_iter()
        .filter(|finding| known.insert(mark(finding)));
    seen.report.findings.extend(new);
    seen.keys.extend(found.keys);
    seen.report
        .coverage
        .too_large
        .extend(found.report.coverage.too_large);
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

fn other(error: impl std::error::Error) -> io::Error {
    io::Error::other(error.to_string())
}
