//! The Call Bridge's API as an administrator's program sees it: forms in, `Location` out.

use anyhow::{Context as _, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Method, Request, header};

use super::https::Client;

/// The API of one call bridge, signed in to.
#[derive(Debug, Clone)]
pub struct AdminApi {
    client: Client,
    base: String,
    authorization: String,
}

impl AdminApi {
    /// The API at `base` (`https://host:port`) for this operator.
    pub fn new(client: Client, base: &str, name: &str, password: &str) -> Self {
        Self { client, base: base.to_owned(), authorization: basic(name, password) }
    }

    /// Makes an object in a collection such as `coSpaceTemplates` and answers its id.
    pub async fn create(&self, collection: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/api/v1/{collection}", self.base))
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(form))?;
        let answer = self.client.send(request).await?;
        let text = String::from_utf8_lossy(answer.body());
        ensure!(answer.status().is_success(), "{collection} was refused: {} {text}", answer.status());
        let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let id = location.and_then(|path| path.rsplit('/').next());
        Ok(id.with_context(|| format!("{collection} answered no Location"))?.to_owned())
    }

    /// Reads a node such as `system/status`: the XML text.
    pub async fn read(&self, path: &str) -> anyhow::Result<String> {
        let request = Request::builder()
            .uri(format!("{}/api/v1/{path}", self.base))
            .header(header::AUTHORIZATION, &self.authorization)
            .body(Bytes::new())?;
        let answer = self.client.send(request).await?;
        ensure!(answer.status().is_success(), "{path} answered {}", answer.status());
        Ok(String::from_utf8_lossy(answer.body()).into_owned())
    }
}

/// The header of a Basic sign-in.
pub fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}
