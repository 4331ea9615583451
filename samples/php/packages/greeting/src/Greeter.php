<?php

declare(strict_types=1);

namespace Tatara\Greeting;

final class Greeter
{
    private const GREETINGS = ['de' => 'Hallo', 'en' => 'Hello', 'ja' => 'こんにちは'];

    public function __construct(private readonly string $language) {}

    public static function forAccepted(string $accepted): self
    {
        return new self(\Locale::getPrimaryLanguage(\Locale::acceptFromHttp($accepted) ?: 'en') ?? 'en');
    }

    public function greet(string $name): string
    {
        return (self::GREETINGS[$this->language] ?? self::GREETINGS['en']) . ", $name!";
    }
}
