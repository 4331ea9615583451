<?php

declare(strict_types=1);

use Tatara\Greeting\Greeter;

require 'vendor/autoload.php';

$greeter = Greeter::forAccepted($_SERVER['HTTP_ACCEPT_LANGUAGE'] ?? 'en');
$facts = [
    'PHP' => PHP_VERSION,
    'server' => $_SERVER['SERVER_SOFTWARE'],
    'scheme' => ($_SERVER['HTTPS'] ?? '') === 'on' ? 'https' : 'http',
    'path' => strtok($_SERVER['REQUEST_URI'], '?'),
    'upload limit' => ini_get('upload_max_filesize'),
    'instance' => getenv('CF_INSTANCE_INDEX'),
];
?>
<!doctype html>
<title>PHP</title>
<h1><?= htmlspecialchars($greeter->greet('visitor')) ?></h1>
<ul>
<?php foreach ($facts as $name => $value): ?>
  <li><?= htmlspecialchars("$name: $value") ?></li>
<?php endforeach ?>
</ul>
