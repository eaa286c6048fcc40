"""Operations under test."""
