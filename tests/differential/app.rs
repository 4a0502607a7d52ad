//! The FastAPI app, and a client that sends bytes as they are.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::corpus::Case;

/// The app on a port of its own. It ends with its standard input, so with this.
pub struct App {
    child: Child,
    port: u16,
}

/// What the app answered.
pub struct Answer {
    pub status: u16,
    location: Option<String>,
    pub body: Vec<u8>,
}

impl App {
    pub fn start() -> Self {
        let python = env::var("DIFFERENTIAL_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut child = Command::new(python)
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/.ci/differential/app.py"
            ))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("DIFFERENTIAL_PYTHON, or python3, runs");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let port = line.trim().parse().expect(
            "the app starts: DIFFERENTIAL_PYTHON has .ci/differential/requirements.txt installed",
        );
        Self { child, port }
    }

    /// Sends a request; follows one redirection, as clients do with a trailing slash.
    pub fn answer(&self, case: &Case) -> Answer {
        let answer = self.send(case, &case.target);
        match &answer.location {
            Some(location) if matches!(answer.status, 307 | 308) => {
                let host = format!("http://127.0.0.1:{}", self.port);
                self.send(case, location.strip_prefix(&host).unwrap())
            }
            _ => answer,
        }
    }

    fn send(&self, case: &Case, target: &str) -> Answer {
        let port = self.port;
        let mut head = format!(
            "{} {target} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n",
            case.method
        );
        for (name, value) in &case.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", case.body.len());
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // Long enough for any machine: an app that hangs is a failure, not a wait.
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // A server may answer before it has read all of a request that it refuses.
        let _ = stream.write_all(&case.body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Answer::of(&answer)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Answer {
    fn of(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let location = head
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        Self {
            status,
            location: location.map(str::to_owned),
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// The texts that the app would hand to the model, if it accepted the request.
    pub fn echo(&self) -> Option<Echo> {
        if self.status != 200 {
            return None;
        }
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let texts = body["texts"].as_array().unwrap().iter().map(|text| {
            let parts = text[1].as_array().unwrap().iter();
            Text {
                role: text[0].as_str().unwrap().to_owned(),
                parts: parts
                    .map(|part| part.as_str().unwrap().to_owned())
                    .collect(),
            }
        });
        Some(Echo(texts.collect()))
    }
}

/// What the app read.
#[derive(Debug, PartialEq, Eq)]
pub struct Echo(pub Vec<Text>);

/// One text to the model: a message, or all texts beside it.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    pub role: String,
    parts: Vec<String>,
}

impl Text {
    /// Whether the model would read this, whether parts are set apart or not.
    pub fn says(&self, phrase: &str) -> bool {
        ["", " "]
            .iter()
            .any(|between| self.parts.join(between).contains(phrase))
    }

    pub fn is_user(&self) -> bool {
        self.role == "user"
    }
}
