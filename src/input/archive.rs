//! The members of a zip archive or of a folder, each as a stream of its own. The
//! only user of the zip crate, which reads the directory; the streams are made
//! here, since the crate's borrow the archive.

mod salvage;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::error::{Error, Position, Result};

use super::bytes::Bytes;
use super::refuse;

/// The first bytes of an archive with anything in it.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";

/// Members of an archive that are looked at; the export of an app has some twenty.
const MEMBERS: usize = 10_000;

/// A file in an archive.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    /// Its path in the archive.
    pub name: String,
    /// Its size in bytes, unpacked.
    pub size: u64,
    packed: Option<Packed>,
}

/// How and where a member is packed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Packed {
    size: u64,
    /// Unpacked size and checksum, where they are known.
    whole: Option<(u64, u32)>,
    method: CompressionMethod,
    starts_at: u64,
}

impl Member {
    /// The name behind the last folder.
    pub fn file_name(&self) -> &str {
        self.name.rsplit(['/', '\\']).next().unwrap_or_default()
    }

    /// The folder, with its slash; empty at the top.
    pub fn folder(&self) -> &str {
        &self.name[..self.name.len() - self.file_name().len()]
    }
}

/// An archive that can be sought in.
pub(super) struct Archive {
    path: PathBuf,
    /// Where the bytes are, which for a pipe is a copy.
    stored: PathBuf,
    /// The files, in the order of the directory.
    pub members: Vec<Member>,
    /// Whether the directory was lost, and what came before it was looked through.
    pub is_cut: bool,
}

impl Archive {
    /// Reads the directory of the archive in `stored`, which is called `path`; or,
    /// where the file is cut and has none, the headers before its members.
    ///
    /// # Errors
    /// An archive of which nothing can be found, or that is encrypted.
    pub fn open(path: &Path, stored: &Path) -> Result<Self> {
        let refused = match Self::by_directory(path, stored) {
            Err(error @ Error::Input { .. }) => error,
            archive => return archive,
        };
        let file = File::open(stored).map_err(Error::read(path))?;
        let members = salvage::members(file).map_err(Error::read(path))?;
        if members.is_empty() {
            return Err(refused);
        }
        let (path, stored) = (path.to_owned(), stored.to_owned());
        Ok(Self { path, stored, members, is_cut: true })
    }

    fn by_directory(path: &Path, stored: &Path) -> Result<Self> {
        let file = File::open(stored).map_err(Error::read(path))?;
        let damaged = |why: zip::result::ZipError| match why {
            zip::result::ZipError::Io(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
                Error::Read { path: path.to_owned(), source }
            }
            why => refuse(
                path,
                Position::File,
                format!("a zip archive that is damaged or cut ({why})"),
                "a whole archive, with its directory at the end",
                "Copy or download the file again",
            ),
        };
        let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(damaged)?;
        let mut members = Vec::new();
        for index in 0..archive.len().min(MEMBERS) {
            let file = archive.by_index_raw(index).map_err(damaged)?;
            if file.is_dir() {
                continue;
            }
            let name = file.name().map_err(damaged)?.into_owned();
            if file.encrypted() {
                let help = "Unpack it with its password and give the recording in it";
                let found = format!("{name:?} encrypted");
                return Err(refuse(
                    path,
                    Position::File,
                    found,
                    "an archive without a password",
                    help,
                ));
            }
            let Some(starts_at) = file.data_start() else { continue };
            let packed = Packed {
                size: file.compressed_size(),
                whole: Some((file.size(), file.crc32())),
                method: file.compression(),
                starts_at,
            };
            let size = file.size();
            members.push(Member { name, size, packed: Some(packed) });
        }
        Ok(Self { path: path.to_owned(), stored: stored.to_owned(), members, is_cut: false })
    }

    /// The files of a folder and of the folders in it.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn of_folder(path: &Path) -> Result<Self> {
        let mut members = Vec::new();
        let mut folders = vec![(path.to_owned(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            for entry in std::fs::read_dir(&folder).map_err(Error::read(&folder))?.take(MEMBERS) {
                let entry = entry.map_err(Error::read(&folder))?;
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_file() {
                    members.push(Member { name, size: metadata.len(), packed: None });
                } else if metadata.is_dir() && prefix.is_empty() {
                    folders.push((entry.path(), format!("{name}/")));
                }
            }
        }
        members.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self { path: path.to_owned(), stored: path.to_owned(), members, is_cut: false })
    }

    /// The member of this file name, in whatever folder.
    pub fn member(&self, file_name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.file_name().eq_ignore_ascii_case(file_name))
    }

    /// What a member is called in messages.
    pub fn path_of(&self, member: &Member) -> PathBuf {
        self.path.join(&member.name)
    }

    /// The content of a member.
    ///
    /// # Errors
    /// What the file says; a packing that is not deflate.
    pub fn bytes(&self, member: &Member) -> Result<Bytes> {
        let path = self.path_of(member);
        let Some(packed) = member.packed else {
            let file = File::open(&path).map_err(Error::read(&path))?;
            return Bytes::new(&path, Box::new(file), member.size);
        };
        let deflated = match packed.method {
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            other => {
                let found = format!("a member of a zip archive packed with {other}");
                let help = "Unpack it and give the recording in it";
                return Err(refuse(&path, Position::File, found, "deflate", help));
            }
        };
        let mut file = File::open(&self.stored).map_err(Error::read(&path))?;
        file.seek(SeekFrom::Start(packed.starts_at)).map_err(Error::read(&path))?;
        let stream = io::BufReader::with_capacity(64 << 10, file).take(packed.size);
        Bytes::packed_as("zip", &path, stream, packed.size, move |stream| {
            let unpacked: Box<dyn Read + Send> =
                if deflated { Box::new(DeflateDecoder::new(stream)) } else { stream };
            match packed.whole {
                Some((size, crc32)) => {
                    let crc = flate2::Crc::new();
                    Box::new(Checked { unpacked, crc, size, crc32, left: size })
                }
                None => unpacked,
            }
        })
    }

    /// The text of a small member, at most a megabyte of it.
    pub fn text(&self, member: &Member) -> Result<String> {
        let mut text = Vec::new();
        let path = self.path_of(member);
        let bytes = self.bytes(member)?;
        bytes.take(1 << 20).read_to_end(&mut text).map_err(Error::read(&path))?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// A member of which size and checksum are held against the directory.
struct Checked {
    unpacked: Box<dyn Read + Send>,
    crc: flate2::Crc,
    size: u64,
    crc32: u32,
    left: u64,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.unpacked.read(buffer)?;
        self.crc.update(&buffer[..bytes]);
        let damage = |why: String| Err(io::Error::new(io::ErrorKind::InvalidData, why));
        match self.left.checked_sub(bytes as u64) {
            Some(left) => self.left = left,
            None => return damage(format!("more than the {} bytes of its directory", self.size)),
        }
        if bytes == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return damage(format!("{} bytes are missing", self.left));
            }
            if self.crc.sum() != self.crc32 {
                return damage("the checksum is another".to_owned());
            }
        }
        Ok(bytes)
    }
}
