// s3rver, with what S3 has and it has not: signatures of version 4 are checked, nobody comes in without one, and unfinished
// multipart uploads can be listed and aborted. Arguments: folder, address, port, bucket, access key, secret key. Ends with its standard input.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const S3rver = require('s3rver');
const AWSAccount = require('s3rver/lib/models/account');

const [directory, address, port, bucket, accessKey, secretKey] = process.argv.slice(2);

const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest();
const sha256 = text => crypto.createHash('sha256').update(text).digest('hex');
const encode = text => encodeURIComponent(text).replace(/[!'()*]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase());
const refuse = (ctx, status, code) => {
  ctx.status = status;
  ctx.type = 'application/xml';
  ctx.body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
};

/** What the request says of its signature, from the header or from the query. */
function claimed(ctx) {
  const query = new URLSearchParams(ctx.querystring);
  if (query.has('X-Amz-Signature')) {
    return {
      scope: query.get('X-Amz-Credential'), headers: query.get('X-Amz-SignedHeaders'), signature: query.get('X-Amz-Signature'),
      date: query.get('X-Amz-Date'), payload: 'UNSIGNED-PAYLOAD',
    };
  }
  const header = /Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=(\w+)/.exec(ctx.get('authorization'));
  return header && {
    scope: header[1], headers: header[2], signature: header[3], date: ctx.get('x-amz-date'), payload: ctx.get('x-amz-content-sha256'),
  };
}

function isSigned(ctx) {
  const claim = claimed(ctx);
  if (!claim) return false;
  const [key, ...scope] = claim.scope.split('/');
  if (key !== accessKey) return false;
  const query = [...new URLSearchParams(ctx.querystring)]
    .filter(([name]) => name !== 'X-Amz-Signature').map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&');
  const headers = claim.headers.split(';').map(name => `${name}:${ctx.get(name).trim().replace(/ +/g, ' ')}\n`).join('');
  const pathname = ctx.path.split('/').map(part => encode(decodeURIComponent(part))).join('/');
  const request = [ctx.method, pathname, query, headers, claim.headers, claim.payload].join('\n');
  const text = ['AWS4-HMAC-SHA256', claim.date, scope.join('/'), sha256(request)].join('\n');
  const signing = scope.reduce((secret, part) => hmac(secret, part), 'AWS4' + secretKey);
  return hmac(signing, text).toString('hex') === claim.signature;
}

const uploads = path.join(directory, bucket, '._S3rver_uploads');

async function multipart(ctx, next) {
  const query = new URLSearchParams(ctx.querystring);
  if (ctx.method === 'DELETE' && query.has('uploadId')) {
    const upload = path.join(uploads, path.basename(query.get('uploadId')));
    if (!fs.existsSync(upload)) return refuse(ctx, 404, 'NoSuchUpload');
    fs.rmSync(upload, { recursive: true });
    ctx.status = 204;
  } else if (ctx.method === 'GET' && query.has('uploads')) {
    const found = (fs.existsSync(uploads) ? fs.readdirSync(uploads) : [])
      .map(id => ({ id, key: fs.readFileSync(path.join(uploads, id, 'key'), 'utf8'), at: fs.statSync(path.join(uploads, id, 'key')).mtime.toISOString() }))
      .filter(upload => upload.key.startsWith(query.get('prefix') || ''));
    ctx.type = 'application/xml';
    ctx.body = '<?xml version="1.0" encoding="UTF-8"?>\n<ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
      `<Bucket>${bucket}</Bucket><IsTruncated>false</IsTruncated>` +
      found.map(u => `<Upload><Key>${u.key}</Key><UploadId>${u.id}</UploadId><Initiated>${u.at}</Initiated></Upload>`).join('') +
      '</ListMultipartUploadsResult>';
  } else {
    await next();
  }
}

AWSAccount.DUMMY_ACCOUNT.createKeyPair(accessKey, secretKey);
const server = new S3rver({ address, port: Number(port), directory, silent: true, vhostBuckets: false, configureBuckets: [{ name: bucket, configs: [] }] });
server.middleware.unshift(async (ctx, next) => {
  if (!isSigned(ctx)) return refuse(ctx, 403, 'SignatureDoesNotMatch');
  const source = ctx.headers['x-amz-copy-source']; // s3rver leaves a slash that was encoded as it is.
  if (source) ctx.headers['x-amz-copy-source'] = decodeURIComponent(source);
  return multipart(ctx, next);
});
server.run().then(address => console.log(address.port));
process.stdin.on('end', () => process.exit(0)).resume();
